package dev.culvert.agent.profile;

import dev.culvert.agent.forward.BlockedPaths;
import dev.culvert.agent.forward.HeaderChanges;
import dev.culvert.agent.forward.LocalRules;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Kinds of local services, with what they need behind a tunnel so that nobody has to change their settings. */
public enum Profile {
    /** Ollama. It has no accounts of its own, so whoever reaches it can fill its disk or delete its models. */
    OLLAMA("Ollama", true, List.of("/api/pull", "/api/push", "/api/create", "/api/copy", "/api/delete", "/api/blobs")),
    VLLM("vLLM", true, List.of()),
    LM_STUDIO("LM Studio", true, List.of()),
    LLAMA_CPP("llama.cpp", true, List.of()),
    /** Anything else that answers {@code /v1/models} as OpenAI does. */
    OPENAI("an OpenAI-compatible server", true, List.of()),
    /** Nothing is known; requests pass as they come. */
    PLAIN("an HTTP service", false, List.of());

    /**
     * Model servers take an Origin they do not know for a web page that attacks a machine from inside its browser, and
     * answer 403. Behind a tunnel it is a caller with a key, and CORS is the gateway's business.
     */
    private static final HeaderChanges WITHOUT_ORIGIN = new HeaderChanges(Map.of(), Set.of("origin"));

    private final String title;
    private final boolean models;
    private final List<String> managementPaths;

    Profile(String title, boolean models, List<String> managementPaths) {
        this.title = title;
        this.models = models;
        this.managementPaths = managementPaths;
    }

    /** Name for people. */
    public String title() {
        return title;
    }

    /** Name in configuration files, e.g. {@code lm-studio}. */
    public String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** Reads {@link #word()}. */
    public static Optional<Profile> of(String word) {
        for (Profile profile : values()) {
            if (profile.word().equals(word)) {
                return Optional.of(profile);
            }
        }
        return Optional.empty();
    }

    /** Whether it serves models under {@code /v1}, as OpenAI does. */
    public boolean servesModels() {
        return models;
    }

    /** Paths that change what is installed rather than use it. */
    public List<String> managementPaths() {
        return managementPaths;
    }

    /**
     * Rules under which it works behind a tunnel.
     *
     * @param managementAllowed whether callers may also change what is installed
     */
    public LocalRules rules(boolean managementAllowed) {
        return new LocalRules(
                models ? WITHOUT_ORIGIN : HeaderChanges.NONE,
                HeaderChanges.NONE,
                managementAllowed ? BlockedPaths.NONE : new BlockedPaths(managementPaths));
    }
}
