/// A place in a YAML text.
public struct YAMLMark: Hashable, Sendable, Comparable {
    /// From 1.
    public var line: Int
    /// From 1, counted in characters (Unicode scalars), not bytes.
    public var column: Int

    public init(line: Int, column: Int) {
        self.line = line
        self.column = column
    }

    public static func < (left: YAMLMark, right: YAMLMark) -> Bool {
        (left.line, left.column) < (right.line, right.column)
    }
}

/// A single value as it was written; what type it has is for the reader of the tree to decide.
public struct YAMLScalar: Hashable, Sendable {
    /// How a scalar was written. Only a plain one may be a number, a boolean or null.
    public enum Style: Hashable, Sendable {
        /// `10s`
        case plain
        /// `'10s'` or `"10s"`
        case quoted
        /// `|` or `>` and the indented lines below.
        case block
    }

    /// The value without quotes, escapes resolved.
    public var text: String
    public var style: Style

    public init(text: String, style: Style) {
        self.text = text
        self.style = style
    }

    /// True for nothing at all, `~` and `null`, unless quoted.
    public var isNull: Bool {
        style == .plain && ["", "~", "null", "Null", "NULL"].contains(text)
    }
}

/// One key of a mapping with its value.
public struct YAMLEntry: Hashable, Sendable {
    public var key: String
    public var keyMark: YAMLMark
    public var value: YAMLNode

    public init(key: String, keyMark: YAMLMark, value: YAMLNode) {
        self.key = key
        self.keyMark = keyMark
        self.value = value
    }
}

/// A value of a YAML document with the place where it begins.
public struct YAMLNode: Hashable, Sendable {
    public enum Content: Hashable, Sendable {
        case scalar(YAMLScalar)
        case sequence([YAMLNode])
        /// In the order of the text; no key occurs twice.
        case mapping([YAMLEntry])
    }

    public var content: Content
    public var mark: YAMLMark

    public init(_ content: Content, mark: YAMLMark) {
        self.content = content
        self.mark = mark
    }

    /// True for a plain scalar that stands for no value.
    public var isNull: Bool {
        if case .scalar(let scalar) = content { scalar.isNull } else { false }
    }
}
