package dev.culvert.agent.cli;

import dev.culvert.agent.AgentListener;
import dev.culvert.agent.connect.AgentEnd;

/** What the command shows while it runs; one line each. */
public interface AgentOutput extends AgentListener {
    /** The first line: what is connected to what. */
    void starting(String publicAddress, String target);

    /** The last line. */
    void ended(AgentEnd end, String sentence);
}
