package dev.culvert.agent.config;

/** A configuration file that cannot be used, with a sentence for its author. */
public final class ConfigException extends Exception {
    public ConfigException(String message) {
        super(message);
    }

    public ConfigException(String message, Throwable cause) {
        super(message, cause);
    }
}
