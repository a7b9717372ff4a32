package dev.culvert.agent.forward;

/**
 * What the local user lets through, and how heads are changed on the way. Fixed when the agent starts, as the target is.
 *
 * @param request changes to what the local service gets
 * @param answer changes to what it answers
 * @param blocked paths that the agent refuses
 */
public record LocalRules(HeaderChanges request, HeaderChanges answer, BlockedPaths blocked) {
    public static final LocalRules NONE = new LocalRules(HeaderChanges.NONE, HeaderChanges.NONE, BlockedPaths.NONE);

    /** These with more header changes, which win. */
    public LocalRules and(HeaderChanges moreForRequest, HeaderChanges moreForAnswer) {
        return new LocalRules(request.and(moreForRequest), answer.and(moreForAnswer), blocked);
    }
}
