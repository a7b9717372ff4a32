package dev.culvert.agent.cli;

import dev.culvert.agent.profile.LocalService;

/** A command that tries a tunnel out, to be pasted into a shell. The key is named, never shown. */
final class TryOut {
    private TryOut() {}

    /**
     * @param address of the tunnel, with a slash at its end
     */
    static String command(String address, LocalService service) {
        String key = "-H \"Authorization: Bearer $" + KeySource.ENVIRONMENT_VARIABLE + "\"";
        if (!service.profile().servesModels()) {
            return "  curl " + quoted(address) + " " + key;
        }
        if (service.models().isEmpty()) {
            return "  It has no model yet. List them again later:\n  curl " + quoted(address + "v1/models") + " " + key;
        }
        String body = JsonLine.of(json -> {
            json.writeStringProperty("model", service.models().getFirst());
            json.writeBooleanProperty("stream", true);
            json.writeArrayPropertyStart("messages");
            json.writeStartObject();
            json.writeStringProperty("role", "user");
            json.writeStringProperty("content", "Hello");
            json.writeEndObject();
            json.writeEndArray();
        });
        return "  curl -N " + quoted(address + "v1/chat/completions") + " " + key
                + " \\\n       -H 'Content-Type: application/json' -d " + quoted(body);
    }

    /** For a POSIX shell: the name of a model is the local server's text. */
    private static String quoted(String text) {
        return "'" + text.replace("'", "'\\''") + "'";
    }
}
