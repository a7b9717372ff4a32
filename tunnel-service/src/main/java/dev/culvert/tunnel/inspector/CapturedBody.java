package dev.culvert.tunnel.inspector;

/**
 * What was kept of a body.
 *
 * @param size bytes that went through
 * @param kept the first of them; none where bodies are not kept
 */
record CapturedBody(long size, byte[] kept) {
    static final CapturedBody NONE = new CapturedBody(0, new byte[0]);

    /** Whether it is here as it went through. */
    boolean isWhole() {
        return kept.length == size;
    }
}
