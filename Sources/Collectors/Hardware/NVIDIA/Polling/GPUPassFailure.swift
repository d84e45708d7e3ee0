import Platform

/// Why a pass over the GPUs, or their listing, came to nothing.
struct GPUPassFailure: Error, Equatable {
    var function: String
    var code: NVMLReturn
}
