package dev.culvert.contracts.identity;

/** Plan of a user, which decides limits and features (requirement R2.4a). On the wire: the lower-case name. */
public enum Tier {
    FREE,
    PREMIUM,
    ENTERPRISE;

    /** The name on the wire, e.g. {@code free}. */
    public String wireName() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }

    /**
     * The tier of a wire name.
     *
     * @throws IllegalArgumentException when there is no such tier
     */
    public static Tier ofWireName(String wireName) {
        return valueOf(wireName.toUpperCase(java.util.Locale.ROOT));
    }
}
