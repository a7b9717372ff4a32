package dev.culvert.agent.cli;

import dev.culvert.agent.profile.LocalService;
import dev.culvert.agent.running.RunListener;
import java.util.List;

/** What a command shows while it runs; one line each, unless it is for people and worth more. */
public interface AgentOutput extends RunListener {
    /** Something happened that concerns no one tunnel. */
    void say(Notice notice, String sentence);

    /** Model servers that were found; shown when there is a choice to make or none. */
    void found(List<LocalService> services);

    /** A tunnel to a model server works. */
    void ready(Ready ready);

    /** Kinds of {@link #say}; programs read the name. */
    enum Notice {
        TUNNEL,
        CONFIG_RELOADED,
        CONFIG_REFUSED,
        STATUS_PAGE,
        WARNING,
        FAILED
    }

    /**
     * What a user needs to go on.
     *
     * @param service behind the tunnel
     * @param address of the tunnel
     * @param openAiBase base URL for OpenAI clients
     * @param command a command that tries it out
     */
    record Ready(LocalService service, String address, String openAiBase, String command) {}
}
