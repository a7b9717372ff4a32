package dev.culvert.benchmarks;

import dev.culvert.testing.suite.Person;
import dev.culvert.testing.suite.RunningSuite;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * How many tokens auth-service gives, how long a sign-in takes, and what a key costs at the gateway. Tokens are asked of
 * auth-service itself, because the gateway limits how many requests one address may send.
 */
final class Tokens {
    private static final JsonMapper JSON = JsonMapper.shared();
    private static final String FORM = "application/x-www-form-urlencoded";
    private static final int CONNECTIONS = 8;
    private static final int PEOPLE = 4;
    private static final int SIGN_INS_A_SECOND = 10;
    private static final int UNAVAILABLE = 503;
    private static final int KEYS = 8;
    private static final int KEY_USES = 4_000;

    private final RunningSuite suite;
    private final URI auth;
    private final ProcessorTime processors;
    private final Duration span;

    private Tokens(RunningSuite suite, URI auth, ProcessorTime processors, Duration span) {
        this.suite = suite;
        this.processors = processors;
        this.auth = auth;
        this.span = span;
    }

    static void run(RunningSuite suite, int seconds) throws Exception {
        Tokens tokens = new Tokens(
                suite,
                suite.address("auth"),
                ProcessorTime.of(suite, "auth-service", "postgres"),
                Duration.ofSeconds(seconds));
        List<Person> people = new ArrayList<>();
        for (int i = 0; i < PEOPLE; i++) {
            people.add(Person.register(suite.gateway(), suite.address("mailbox")));
        }
        System.out.printf(
                "%-34s %10s %12s %10s %10s %10s %22s%n",
                "", "a second", "asked", "p50 ms", "p95 ms", "p99 ms", "processor ms for each");
        tokens.clientCredentials(people.getFirst());
        tokens.refreshes(people);
        tokens.report("sign-ins, 10 begun a second", "p95 < 200 ms", () -> tokens.signIns(people));
        tokens.keyChecks(people.getFirst());
    }

    /** What a loop does again and again. */
    private interface Step {
        void take(Connection connection) throws IOException;
    }

    private void clientCredentials(Person owner) throws Exception {
        JsonNode application = Person.expect(
                201,
                owner.post(
                        "/api/v1/oauth/applications",
                        Map.of(
                                "name",
                                "benchmark",
                                "redirectUris",
                                List.of(),
                                "scopes",
                                List.of("tunnels:read"),
                                "confidential",
                                true)));
        String credentials = application.get("clientId").asString() + ":"
                + application.get("clientSecret").asString();
        String basic = "Basic " + Base64.getEncoder().encodeToString(credentials.getBytes(StandardCharsets.UTF_8));
        Step step = connection -> expect(
                200, connection.post("/oauth/token", FORM, "grant_type=client_credentials", "Authorization", basic));

        loop(() -> step); // until the compiler has seen it
        report("client credentials", ">= 1000/s", () -> loop(() -> step));
    }

    private void refreshes(List<Person> people) throws Exception {
        Queue<String> first = new ConcurrentLinkedQueue<>();
        for (int i = 0; i < CONNECTIONS; i++) {
            first.add(newSession(people.get(i % people.size())));
        }
        report("refreshes", ">= 500/s", () -> loop(() -> chain(first.remove())));
    }

    /** The refresh token of a new session; asked of auth-service itself, since the gateway limits sign-ins. */
    private String newSession(Person person) throws IOException {
        try (Connection connection = Connection.to(auth)) {
            String answer = expect(200, connection.post("/api/v1/auth/login", FORM, form(person)));
            return JSON.readTree(answer).get("refresh_token").asString();
        }
    }

    private static String form(Person person) {
        return "username=" + person.username() + "&password="
                + URLEncoder.encode(person.password(), StandardCharsets.UTF_8);
    }

    /** Each answer's refresh token is the next request's. */
    private static Step chain(String first) {
        String[] next = {first};
        return connection -> {
            String body = expect(
                    200,
                    connection.post(
                            "/api/v1/auth/refresh", "application/json", "{\"refresh_token\":\"" + next[0] + "\"}"));
            next[0] = JSON.readTree(body).get("refresh_token").asString();
        };
    }

    /** Sign-ins begin on time, whether or not the ones before have ended; those that find too many waiting are refused. */
    private Timings signIns(List<Person> people) throws Exception {
        List<Long> nanos = new ArrayList<>();
        List<Future<OptionalLong>> begun = new ArrayList<>();
        long betweenTwo = TimeUnit.SECONDS.toNanos(1) / SIGN_INS_A_SECOND;
        long start = System.nanoTime();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < span.toSeconds() * SIGN_INS_A_SECOND; i++) {
                Person person = people.get(i % people.size());
                long due = start + i * betweenTwo;
                TimeUnit.NANOSECONDS.sleep(Math.max(0, due - System.nanoTime()));
                begun.add(threads.submit(() -> signIn(person, due)));
            }
            for (Future<OptionalLong> signIn : begun) {
                signIn.get().ifPresent(nanos::add);
            }
        }
        if (nanos.size() < begun.size()) {
            System.out.printf("%d of %d sign-ins were refused%n", begun.size() - nanos.size(), begun.size());
        }
        return Timings.of(nanos);
    }

    /** How long it took since it was due; nothing when it was answered that too many are waiting. */
    private OptionalLong signIn(Person person, long due) throws IOException {
        try (Connection connection = Connection.to(auth)) {
            Connection.Answer answer = connection.post("/api/v1/auth/login", FORM, form(person));
            if (answer.status() == UNAVAILABLE) {
                return OptionalLong.empty();
            }
            expect(200, answer);
        }
        return OptionalLong.of(System.nanoTime() - due);
    }

    /**
     * Uses keys so often that the gateway answers 429 in the end: a key is checked before limits are. The gateway's own
     * clock tells how long the checks took.
     */
    private void keyChecks(Person owner) throws Exception {
        List<String> keys = new ArrayList<>();
        for (int i = 0; i < KEYS; i++) {
            keys.add(owner.createApiKey("tunnels:read"));
        }
        try (Connection connection = Connection.to(suite.gateway())) {
            for (int i = 0; i < KEY_USES; i++) {
                connection.get("/api/v1/tunnels", "X-API-Key", keys.get(i % KEYS));
            }
            String metrics = expect(200, connection.get("/metrics"));
            metrics.lines()
                    .filter(line -> line.startsWith("credential_check_seconds_bucket")
                            || line.startsWith("credential_check_seconds_count"))
                    .forEach(System.out::println);
        }
    }

    /** Takes steps on each connection until the time is over; how long each took. */
    private Timings loop(Supplier<Step> steps) throws Exception {
        List<Long> nanos = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<List<Long>>> loops = new ArrayList<>();
            for (int i = 0; i < CONNECTIONS; i++) {
                Step step = steps.get();
                loops.add(threads.submit(() -> taken(step)));
            }
            for (Future<List<Long>> loop : loops) {
                nanos.addAll(loop.get());
            }
        }
        return Timings.of(nanos);
    }

    private List<Long> taken(Step step) throws IOException {
        List<Long> nanos = new ArrayList<>();
        long end = System.nanoTime() + span.toNanos();
        try (Connection connection = Connection.to(auth)) {
            for (long now = System.nanoTime(); now < end; now = System.nanoTime()) {
                step.take(connection);
                nanos.add(System.nanoTime() - now);
            }
        }
        return nanos;
    }

    /** Of auth-service and PostgreSQL together, so that what they could do on a machine of their own can be told. */
    private void report(String what, String asked, Callable<Timings> measured) throws Exception {
        Duration before = processors.sinceTheirStart();
        Timings timings = measured.call();
        Duration used = processors.sinceTheirStart().minus(before);
        System.out.printf(
                "%-34s %10.0f %12s %10.1f %10.1f %10.1f %22.2f%n",
                what,
                timings.perSecond(span),
                asked,
                timings.at(0.5),
                timings.at(0.95),
                timings.at(0.99),
                used.toNanos() / 1e6 / timings.count());
    }

    private static String expect(int status, Connection.Answer answer) {
        if (answer.status() != status) {
            throw new IllegalStateException("Answer " + answer.status() + ": " + answer.body());
        }
        return answer.body();
    }
}
