package dev.culvert.tunnel.inspector;

/**
 * What is kept of a tunnel's requests.
 *
 * @param enabled whether anything is
 * @param bodies whether the beginnings of bodies are, too
 */
record InspectorSettings(boolean enabled, boolean bodies) {
    /** Where the owner chose nothing. */
    static final InspectorSettings DEFAULT = new InspectorSettings(true, false);
}
