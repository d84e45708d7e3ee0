/// The batch decomposition of a series into a trend, one component a season, and a residual, robust against outliers: STL
/// (Cleveland et al. 1990) nested over the seasons as in MSTL (Bandara et al. 2021), with missing values, with steps for
/// lasting level shifts, and in a time that grows with the points only. `docs/detection.md` has the method.
public enum SeasonalDecomposition {
    /// Takes a series apart.
    ///
    /// A season of which fewer than two whole periods lie between the first and the last value is 0 throughout and says so;
    /// without any, the trend alone is fitted. The same input gives the same bits.
    ///
    /// - Parameters:
    ///   - values: at even intervals; NaN, infinite and beyond ±1e300 where missing. At least one is none of that.
    ///   - periods: the seasons, in points, in any order; none for the trend alone.
    /// - Throws: `DecompositionError` when there is nothing to fit, too much of it, or an option is impossible.
    public static func fit(
        _ values: [Double], periods: [Int], options: DecompositionOptions = DecompositionOptions()
    ) throws(DecompositionError) -> SeasonalComponents {
        try options.check(periods: periods)
        var fit = NestedFit(try NormalizedSeries(values), periods: periods, options: options)
        fit.run()
        return fit.components(of: values, periods: periods)
    }
}
