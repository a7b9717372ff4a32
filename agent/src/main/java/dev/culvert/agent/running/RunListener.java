package dev.culvert.agent.running;

import dev.culvert.agent.AgentListener;
import dev.culvert.agent.config.TunnelEntry;
import dev.culvert.agent.connect.AgentEnd;

/** Hears what happens to several agents. */
public interface RunListener {
    void starting(TunnelEntry entry);

    /** Who hears of one tunnel; called on event loops, must not block. */
    AgentListener listener(String tunnel);

    /** An agent has given up for good; the others go on. */
    void ended(TunnelEntry entry, AgentEnd end);
}
