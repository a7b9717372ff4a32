package dev.culvert.agent;

import dev.culvert.agent.connect.LinkEvent;
import dev.culvert.agent.forward.ForwardedRequest;

/** Hears what an agent does. Called on event loops: must not block. */
public interface AgentListener {
    default void onLink(LinkEvent event) {}

    /** A request begins; {@link #onRequest} follows when it is over. */
    default void onRequestStarted() {}

    default void onRequest(ForwardedRequest request) {}
}
