package dev.culvert.agent.config;

import dev.culvert.agent.connect.HttpProxy;
import dev.culvert.agent.connect.Transport;
import dev.culvert.agent.connect.Way;
import dev.culvert.agent.forward.HeaderChanges;
import dev.culvert.agent.forward.Target;
import dev.culvert.agent.profile.Profile;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/** Reads the configuration file, which is YAML 1.2. */
public final class ConfigFile {
    private static final int LARGEST_FILE_BYTES = 1024 * 1024;
    private static final Set<String> MEMBERS = Set.of(
            "server", "transport", "proxy", "keyFile", "connections", "maxStreams", "allow", "status", "tunnels");
    private static final Set<String> TUNNEL_MEMBERS = Set.of(
            "server",
            "tunnel",
            "endpoint",
            "transport",
            "proxy",
            "to",
            "profile",
            "allowManagement",
            "connections",
            "maxStreams",
            "requestHeaders",
            "answerHeaders");

    private final Path file;
    private final String defaultServer;

    /**
     * @param defaultServer for a file that names none
     */
    public ConfigFile(Path file, String defaultServer) {
        this.file = file;
        this.defaultServer = defaultServer;
    }

    public Path path() {
        return file;
    }

    /** Reads and checks the file. */
    public AgentConfig read() throws ConfigException {
        try {
            if (Files.size(file) > LARGEST_FILE_BYTES) {
                throw new ConfigException("The file " + file + " is larger than any configuration");
            }
            return parse(Files.readString(file, StandardCharsets.UTF_8));
        } catch (NoSuchFileException e) {
            throw new ConfigException("There is no file " + file, e);
        } catch (IOException e) {
            throw new ConfigException("The file " + file + " cannot be read: " + e.getMessage(), e);
        }
    }

    AgentConfig parse(String yaml) throws ConfigException {
        Section top = Section.of("", load(yaml));
        top.allowOnly(MEMBERS);
        AllowedTargets allowed = allowed(top);
        Section named = top.section("tunnels");
        List<TunnelEntry> tunnels = new ArrayList<>();
        for (String name : named.members().keySet()) {
            tunnels.add(tunnel(top, name, named.section(name), allowed));
        }
        requireDistinct(tunnels);
        if (tunnels.isEmpty()) {
            throw new ConfigException("tunnels is missing: name at least one");
        }
        return new AgentConfig(
                top.has("keyFile") ? Optional.of(path(top.text("keyFile"))) : Optional.empty(),
                top.has("status") ? Optional.of(statusAddress(top.text("status"))) : Optional.empty(),
                tunnels);
    }

    private static void requireDistinct(List<TunnelEntry> tunnels) throws ConfigException {
        Set<String> labels = new HashSet<>();
        for (TunnelEntry entry : tunnels) {
            if (!labels.add(entry.label())) {
                throw new ConfigException("tunnels: endpoint '" + entry.endpoint() + "' of tunnel '" + entry.tunnel()
                        + "' is there twice; give one of them another endpoint");
            }
        }
    }

    private static @Nullable Object load(String yaml) throws ConfigException {
        LoadSettings settings = LoadSettings.builder()
                .setLabel("file")
                .setAllowDuplicateKeys(false)
                .build();
        try {
            return new Load(settings).loadFromString(yaml);
        } catch (MarkedYamlEngineException e) {
            String where = e.getProblemMark()
                    .map(mark -> "line " + (mark.getLine() + 1) + ", column " + (mark.getColumn() + 1) + ": ")
                    .orElse("");
            throw new ConfigException(where + e.getProblem(), e);
        } catch (YamlEngineException e) {
            throw new ConfigException("This is not YAML: " + e.getMessage(), e);
        }
    }

    private static AllowedTargets allowed(Section top) throws ConfigException {
        try {
            return new AllowedTargets(top.texts("allow"));
        } catch (IllegalArgumentException e) {
            throw new ConfigException("allow: " + e.getMessage(), e);
        }
    }

    private TunnelEntry tunnel(Section top, String name, Section tunnel, AllowedTargets allowed)
            throws ConfigException {
        tunnel.allowOnly(TUNNEL_MEMBERS);
        try {
            TunnelEntry entry = new TunnelEntry(
                    tunnel.text("server", top.text("server", defaultServer)),
                    way(top, tunnel),
                    tunnel.text("tunnel", name),
                    tunnel.text("endpoint", TunnelEntry.DEFAULT_ENDPOINT),
                    tunnel.text("to"),
                    profile(tunnel),
                    tunnel.yes("allowManagement"),
                    tunnel.number("connections", top.number("connections", TunnelEntry.DEFAULT_CONNECTIONS)),
                    tunnel.number("maxStreams", top.number("maxStreams", TunnelEntry.DEFAULT_MAX_STREAMS)),
                    headers(tunnel.section("requestHeaders")),
                    headers(tunnel.section("answerHeaders")));
            if (!allowed.allow(Target.parse(entry.to()))) {
                throw new ConfigException(tunnel.at("to") + " leads to " + entry.to() + ", which is not in allow");
            }
            return entry;
        } catch (IllegalArgumentException e) {
            throw new ConfigException(tunnel.name() + ": " + e.getMessage(), e);
        }
    }

    private static Way way(Section top, Section tunnel) throws ConfigException {
        String proxy = tunnel.text("proxy", top.text("proxy", ""));
        return new Way(
                Transport.parse(tunnel.text("transport", top.text("transport", Transport.AUTO))),
                proxy.isEmpty() ? Optional.empty() : Optional.of(HttpProxy.parse(proxy)));
    }

    private static Profile profile(Section tunnel) throws ConfigException {
        String word = tunnel.text("profile", Profile.PLAIN.word());
        return Profile.of(word).orElseThrow(() -> {
            List<String> words = new ArrayList<>();
            for (Profile profile : Profile.values()) {
                words.add(profile.word());
            }
            return new ConfigException(
                    tunnel.at("profile") + " is '" + word + "'; known are " + String.join(", ", words));
        });
    }

    private static HeaderChanges headers(Section headers) throws ConfigException {
        headers.allowOnly(Set.of("set", "remove"));
        Section set = headers.section("set");
        Map<String, String> values = new LinkedHashMap<>();
        for (String name : set.members().keySet()) {
            values.put(name, set.text(name, ""));
        }
        return new HeaderChanges(values, Set.copyOf(headers.texts("remove")));
    }

    /** Relative paths start at the file's folder, and {@code ~} is the user's home. */
    private Path path(String text) {
        if (text.startsWith("~/")) {
            return Path.of(System.getProperty("user.home")).resolve(text.substring(2));
        }
        return file.toAbsolutePath().resolveSibling(text);
    }

    private static InetSocketAddress statusAddress(String text) throws ConfigException {
        try {
            return StatusAddress.parse(text);
        } catch (IllegalArgumentException e) {
            throw new ConfigException("status: " + e.getMessage(), e);
        }
    }
}
