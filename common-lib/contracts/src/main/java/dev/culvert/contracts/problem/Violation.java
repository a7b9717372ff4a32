package dev.culvert.contracts.problem;

/**
 * One field that was refused.
 *
 * @param field path of the field in the request, e.g. {@code targets[0].url}, or a parameter or header name
 * @param reason what is wrong and what is expected
 */
public record Violation(String field, String reason) {}
