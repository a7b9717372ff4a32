package dev.culvert.tunnel.usage;

/** Tokens of a language model, as its answer tells; 0 where it does not. */
record TokenCount(long prompt, long completion) {
    static final TokenCount NONE = new TokenCount(0, 0);
}
