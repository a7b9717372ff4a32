package dev.culvert.agent.profile;

import java.util.List;

/**
 * A service on this machine that has been recognised by its answers.
 *
 * @param address such as {@code http://127.0.0.1:11434}
 * @param version as it says; empty when it does not
 * @param models names of the models it has, as a client must write them
 */
public record LocalService(String address, Profile profile, String version, List<String> models) {
    public LocalService {
        models = List.copyOf(models);
    }

    /** For people, e.g. {@code Ollama 0.12.3 at http://127.0.0.1:11434 with 3 models}. */
    public String sentence() {
        String name = version.isEmpty() ? profile.title() : profile.title() + " " + version;
        if (!profile.servesModels()) {
            return name + " at " + address;
        }
        return name + " at " + address + " with "
                + switch (models.size()) {
                    case 0 -> "no model";
                    case 1 -> "the model " + models.getFirst();
                    default -> models.size() + " models";
                };
    }
}
