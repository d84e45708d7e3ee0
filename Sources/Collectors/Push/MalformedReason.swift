/// Why a pushed line, datagram or frame could not be read. The raw value is the label `reason` of
/// `latencyd_push_malformed_total`.
public enum MalformedReason: String, Error, Sendable, CaseIterable {
    /// A datagram or frame without a line.
    case empty
    /// No `:` between name and value.
    case noValue = "no_value"
    /// No `|` and type after the value.
    case noType = "no_type"
    /// A type other than c, g, ms, h, d and s.
    case unknownType = "unknown_type"
    case emptyName = "empty_name"
    case nameTooLong = "name_too_long"
    case lineTooLong = "line_too_long"
    /// Not a decimal number: empty, hexadecimal, trailing characters.
    case badValue = "bad_value"
    /// NaN, infinite, or too large for a double.
    case notFinite = "not_finite"
    /// A timing, distribution or counter below zero.
    case negative
    /// A number larger than any that is measured; it would cost the series its resolution.
    case outOfRange = "out_of_range"
    /// A sample rate that is no number in (0, 1], or below one in a million.
    case badSampleRate = "bad_sample_rate"
    case tooManyTags = "too_many_tags"
    case tagTooLong = "tag_too_long"
    /// The tags of a line together.
    case tagsTooLong = "tags_too_long"
    case invalidUTF8 = "invalid_utf8"
    case controlCharacter = "control_character"
    /// A datagram longer than 64 KiB; its end was cut off and with it the last line.
    case datagramTruncated = "datagram_truncated"
    /// A stream frame whose length is over the limit; the connection is closed.
    case frameTooLong = "frame_too_long"
    /// A connection that ended, or stalled, in the middle of a frame or line.
    case frameTruncated = "frame_truncated"
}
