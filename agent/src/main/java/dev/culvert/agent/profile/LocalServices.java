package dev.culvert.agent.profile;

import dev.culvert.agent.call.Calls;
import dev.culvert.agent.call.JsonTree;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Finds model servers on this machine. The ports are only where it knocks; what stands behind one is told by its answers,
 * since 8000 and 8080 are anybody's, the gateway's included.
 */
public final class LocalServices {
    /** Where Ollama, vLLM, LM Studio and llama.cpp listen unless they are told otherwise. */
    public static final List<Integer> USUAL_PORTS = List.of(11434, 8000, 1234, 8080);

    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private final Duration patience;

    public LocalServices() {
        this(PATIENCE);
    }

    LocalServices(Duration patience) {
        this.patience = patience;
    }

    /** Looks at all these ports of the loopback addresses at the same time; answers in their order. */
    public List<LocalService> find(List<Integer> ports) throws InterruptedException {
        List<LocalService> found = new ArrayList<>();
        try (ExecutorService each = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Optional<LocalService>>> answers =
                    ports.stream().map(port -> each.submit(() -> behind(port))).toList();
            for (Future<Optional<LocalService>> answer : answers) {
                answer.get().ifPresent(found::add);
            }
        } catch (ExecutionException e) {
            throw new IllegalStateException("Looking for local services failed", e.getCause());
        }
        return found;
    }

    /** Some listen on one of the two loopback addresses only. */
    private Optional<LocalService> behind(int port) throws InterruptedException {
        Optional<LocalService> first = recognise("http://127.0.0.1:" + port);
        return first.isPresent() ? first : recognise("http://[::1]:" + port);
    }

    /**
     * Asks who is at an address.
     *
     * @return empty when nobody answers, or nobody who serves models
     */
    public Optional<LocalService> recognise(String address) throws InterruptedException {
        try (Calls calls = new Calls(patience)) {
            return new Interview(calls, address).ask();
        }
    }

    /** The questions to one address. A server that is not there is asked once. */
    private static final class Interview {
        private final Calls calls;
        private final String address;

        Interview(Calls calls, String address) {
            this.calls = calls;
            this.address = address;
        }

        Optional<LocalService> ask() throws InterruptedException {
            JsonTree listed;
            try {
                listed = json("/v1/models");
            } catch (IOException e) {
                return Optional.empty();
            }
            try {
                List<String> models = names(listed.at("data"), "id");
                // The particular before the general: several imitate Ollama's and all imitate OpenAI's paths.
                if (ownedBy(listed, "vllm")) {
                    return found(Profile.VLLM, json("/version").at("version").text(), models);
                }
                if (ownedBy(listed, "llamacpp")
                        || json("/props").at("default_generation_settings").isObject()) {
                    return found(
                            Profile.LLAMA_CPP, json("/props").at("build_info").text(), models);
                }
                if (json("/api/v0/models").at("data").isList()) {
                    return found(Profile.LM_STUDIO, "", models);
                }
                String ollama = json("/api/version").at("version").text();
                JsonTree tags = json("/api/tags");
                if (!ollama.isEmpty() && tags.isObject()) {
                    return found(Profile.OLLAMA, ollama, names(tags.at("models"), "name"));
                }
                return listed.at("object").text().equals("list")
                                && listed.at("data").isList()
                        ? found(Profile.OPENAI, "", models)
                        : Optional.empty();
            } catch (IOException e) {
                // It went away, or fell silent, between two questions.
                return Optional.empty();
            }
        }

        private Optional<LocalService> found(Profile profile, String version, List<String> models) {
            return Optional.of(new LocalService(address, profile, version, models));
        }

        private JsonTree json(String path) throws IOException, InterruptedException {
            return calls.get(URI.create(address + path), Map.of()).json();
        }

        private static boolean ownedBy(JsonTree listed, String owner) {
            return listed.at("data").items().stream()
                    .anyMatch(model -> model.at("owned_by").text().equals(owner));
        }

        private static List<String> names(JsonTree list, String member) {
            return list.items().stream()
                    .map(item -> item.at(member).text())
                    // They end up on a screen, and are a stranger's text.
                    .filter(name -> !name.isBlank() && name.chars().noneMatch(Character::isISOControl))
                    .toList();
        }
    }
}
