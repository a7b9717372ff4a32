package dev.culvert.tunnel.session;

/**
 * What a request is about where the gateway may ask another replica for the rest of its answer.
 *
 * @param answer name of the answer, the same in all parts of it
 * @param offset first byte of this part, 0 for an answer from its beginning
 */
public record AnswerPart(String answer, long offset) {
    /** Whether another request has brought what lies before it. */
    public boolean isContinued() {
        return offset > 0;
    }
}
