package dev.culvert.tunnel.access;

/** What a tunnel can be called: its name is a segment of its public path. */
public final class TunnelName {
    public static final int MAX_LENGTH = 255;

    /** No slash, backslash or control character, no blank at either end, neither {@code .} nor {@code ..}. */
    public static final String PATTERN = "(?!\\.{1,2}$)(?!\\s)[^/\\\\\\p{Cntrl}]*(?<!\\s)";

    /** The pattern for people. */
    public static final String RULE =
            "must have no slash, backslash or control character, must not begin or end with a blank, and not be . or ..";

    private TunnelName() {}
}
