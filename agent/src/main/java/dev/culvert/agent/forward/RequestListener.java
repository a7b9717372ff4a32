package dev.culvert.agent.forward;

/** Hears of the requests that are handed to the local service. Called on event loops: must not block. */
public interface RequestListener {
    /** A request begins; {@link #ended} follows once for each. */
    default void started() {}

    /** A request is over. */
    default void ended(ForwardedRequest request) {}
}
