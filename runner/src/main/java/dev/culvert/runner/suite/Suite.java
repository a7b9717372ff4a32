package dev.culvert.runner.suite;

import dev.culvert.runner.Refusal;
import dev.culvert.runner.home.Home;
import dev.culvert.runner.home.Ports;
import dev.culvert.runner.home.Secrets;
import dev.culvert.runner.home.SuiteState;
import dev.culvert.runner.mailbox.MailServer;
import dev.culvert.runner.process.Component;
import dev.culvert.runner.process.Launcher;
import dev.culvert.runner.process.LogFile;
import dev.culvert.runner.process.ProcessIdentity;
import dev.culvert.runner.process.Supervised;
import dev.culvert.runner.process.Trainable;
import dev.culvert.runner.service.ServiceDefinition;
import dev.culvert.runner.service.ServiceEnvironment;
import dev.culvert.runner.service.ServiceJar;
import dev.culvert.runner.service.ServiceProcess;
import dev.culvert.runner.store.KafkaServer;
import dev.culvert.runner.store.PostgresServer;
import dev.culvert.runner.store.RedisServer;
import dev.culvert.runner.store.Schemas;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The running suite: stores first, then the services, all watched, and stopped the other way round. */
public final class Suite {

    private final Home home;
    private final SuiteOptions options;
    private final Clock clock;
    private final ProgressBoard board;
    private final Launcher launcher = new Launcher();
    private final List<Supervised> supervised = new ArrayList<>();
    private final Consumer<String> report;
    private final StateBook book;
    private final Secrets secrets;
    private final CountDownLatch ended = new CountDownLatch(1);

    private boolean stopping;
    private @Nullable MailServer mail;
    private CompletableFuture<Void> extraction = CompletableFuture.completedFuture(null);
    private @Nullable AotTraining training;

    /** Chooses ports and secrets and records that a start began; nothing runs yet. */
    public Suite(Home home, SuiteOptions options, Clock clock, ProgressBoard board, Consumer<String> report)
            throws IOException {
        this.home = home;
        this.options = options;
        this.clock = clock;
        this.board = board;
        this.report = report;
        home.requireFreeSpace();
        SuiteState previous = SuiteState.read(home.stateFile());
        Map<String, Integer> ports = choosePorts(previous, options);
        secrets = Secrets.loadOrGenerate(home.secretsFile(), Schemas.ALL);
        var starting = new SuiteState(
                ProcessIdentity.of(ProcessHandle.current()),
                SuiteState.Phase.STARTING,
                null,
                options.bindAddress(),
                ports,
                List.of());
        book = new StateBook(home.stateFile(), starting, clock, report);
    }

    public SuiteState state() {
        return book.current();
    }

    private static Map<String, Integer> choosePorts(SuiteState previous, SuiteOptions options) throws IOException {
        InetAddress bind;
        try {
            bind = InetAddress.getByName(options.bindAddress());
        } catch (UnknownHostException e) {
            throw new Refusal(
                    "There is no address " + options.bindAddress() + ": give one of this machine with --bind.", e);
        }
        var ports = new Ports(previous.ports());
        ports.require("gateway", bind, options.gatewayPort(), "choose another with ./culvert up --port N");
        InetAddress loopback = InetAddress.getLoopbackAddress();
        if (options.kafkaPort().isPresent()) {
            ports.require("kafka", loopback, options.kafkaPort().getAsInt(), "choose another with --kafka-port N");
        } else {
            ports.prefer("kafka", 9092);
        }
        if (options.mailboxPort().isPresent()) {
            ports.require(
                    "mailbox", loopback, options.mailboxPort().getAsInt(), "choose another with --mailbox-port N");
        } else {
            ports.prefer("mailbox", 8025);
        }
        for (String name : List.of("kafka-controller", "postgres", "redis", "smtp", "demo-receiver")) {
            ports.free(name);
        }
        for (ServiceDefinition service : ServiceDefinition.ALL) {
            if (!service.equals(ServiceDefinition.GATEWAY)) {
                ports.free(service.port());
            }
            if (service.dataPort().isPresent()) {
                ports.free(service.dataPort().get());
            }
        }
        return ports.chosen();
    }

    /** Returns when everything is ready; throws with everything stopped when that cannot be reached. */
    public void start() throws IOException, InterruptedException {
        try {
            SuiteState state = book.current();
            var postgres = new PostgresServer(home, state.port(PostgresServer.NAME), secrets.postgresPassword());
            var redis = new RedisServer(home, state.port("redis"), secrets.redisPassword());
            var kafka = new KafkaServer(home, state.port("kafka"), state.port("kafka-controller"));
            List<ServiceProcess> services = services();
            for (Component store : List.of(postgres, redis, kafka)) {
                book.expect(store.name(), store.port());
            }
            for (ServiceProcess service : services) {
                book.expect(service.name(), service.port());
            }
            startMail(state);
            startStores(postgres, redis, kafka, services);
            await(services.stream().map(this::watch).toList());
            book.phase(SuiteState.Phase.READY, null);
            if (options.training()) {
                train(services, kafka);
            }
        } catch (IOException | RuntimeException e) {
            end(SuiteState.Phase.FAILED, e.getMessage());
            throw e;
        }
    }

    private synchronized void startMail(SuiteState state) throws IOException {
        if (!stopping) {
            mail = new MailServer(home.mail(), state.port("smtp"), state.port("mailbox"), clock);
        }
    }

    private void startStores(
            PostgresServer postgres, RedisServer redis, KafkaServer kafka, List<ServiceProcess> services)
            throws InterruptedException {
        var schemas = new Schemas(options.sources().resolve("deploy/postgres/create-service.sql"));
        var preparations = new ArrayList<CompletableFuture<Void>>();
        preparations.add(watch(postgres).thenRunAsync(() -> createSchemas(schemas, postgres)));
        preparations.add(watch(redis));
        preparations.add(watch(kafka));
        preparations.add(startExtraction(services));
        await(preparations);
    }

    private void createSchemas(Schemas schemas, PostgresServer postgres) {
        try {
            schemas.create(postgres, secrets);
        } catch (IOException e) {
            throw new Refusal(e.getMessage() + "; see " + home.log(PostgresServer.NAME) + ".", e);
        }
    }

    /** While the stores start, so that no service waits for it. */
    private synchronized CompletableFuture<Void> startExtraction(List<ServiceProcess> services) {
        extraction = CompletableFuture.runAsync(() -> extract(services));
        return extraction;
    }

    private void extract(List<ServiceProcess> services) {
        for (ServiceProcess service : services) {
            if (isStopping()) {
                return;
            }
            try {
                service.prepare();
            } catch (IOException e) {
                throw new Refusal(e.getMessage() + ".", e);
            }
        }
    }

    private List<ServiceProcess> services() throws IOException {
        String host = Summary.reachable(options.bindAddress());
        String publicUrl = System.getenv().getOrDefault("PUBLIC_URL", Summary.gatewayUrl(book.current()));
        var environment = new ServiceEnvironment(book.current().ports(), secrets, options.bindAddress(), publicUrl);
        var services = new ArrayList<ServiceProcess>();
        for (ServiceDefinition definition : ServiceDefinition.ALL) {
            var jar = new ServiceJar(home, definition.name(), definition.builtJar(options.sources()));
            boolean gateway = definition.equals(ServiceDefinition.GATEWAY);
            services.add(new ServiceProcess(
                    home,
                    definition,
                    jar,
                    gateway ? host : "127.0.0.1",
                    book.current().port(definition.port()),
                    environment));
        }
        return services;
    }

    private synchronized CompletableFuture<Void> watch(Component component) {
        if (stopping) {
            throw new Refusal("Stopped before " + component.name() + " was started.");
        }
        var one = new Supervised(component, launcher, book, clock);
        supervised.add(one);
        return one.start();
    }

    /** Shows the progress until all are done; the first failure ends the wait. */
    private void await(List<CompletableFuture<Void>> all) throws InterruptedException {
        CompletableFuture<Void> together = CompletableFuture.allOf(all.toArray(CompletableFuture[]::new));
        boolean done = false;
        while (!done) {
            board.show(book.processes());
            for (CompletableFuture<Void> one : all) {
                if (one.isCompletedExceptionally()) {
                    throw asRefusal(one.exceptionNow());
                }
            }
            done = isDoneSoon(together);
        }
        board.show(book.processes());
    }

    private static boolean isDoneSoon(CompletableFuture<Void> together) throws InterruptedException {
        try {
            together.get(200, TimeUnit.MILLISECONDS);
            return true;
        } catch (TimeoutException | ExecutionException _) {
            return false; // which of them failed is looked up by the caller
        }
    }

    private Refusal asRefusal(Throwable failure) {
        Throwable cause = failure;
        while (!(cause instanceof Refusal) && cause.getCause() != null) {
            cause = cause.getCause();
        }
        if (cause instanceof Refusal refusal) {
            return refusal;
        }
        boolean diskFull = String.valueOf(cause.getMessage()).contains("No space left on device");
        return diskFull
                ? new Refusal(
                        "The disk that holds " + home.root() + " is full: free some space and start again.", failure)
                : new Refusal("The start failed: " + cause, failure);
    }

    private synchronized void train(List<ServiceProcess> services, KafkaServer kafka) {
        if (!stopping) {
            var all = new ArrayList<Trainable>(services);
            all.add(kafka);
            training = new AotTraining(home, all, book::training, report);
            training.start();
        }
    }

    /** Called now and then while the suite runs. */
    public void keepLogsSmall() throws IOException {
        try (Stream<Path> logs = Files.list(home.logs())) {
            for (Path log :
                    logs.filter(file -> file.toString().endsWith(".log")).toList()) {
                LogFile.truncateIfLarge(log);
            }
        }
    }

    /** Stops everything in order; returns when nothing is left. Safe to call while {@link #start} is under way or failed. */
    public void stop() throws IOException, InterruptedException {
        end(SuiteState.Phase.STOPPED, null);
    }

    public boolean hasEnded() {
        return ended.getCount() == 0;
    }

    /** The first call stops everything and decides what is recorded; a later one waits for it. */
    private void end(SuiteState.Phase phase, @Nullable String reason) throws IOException, InterruptedException {
        boolean first;
        synchronized (this) {
            first = !stopping;
            stopping = true;
        }
        if (first) {
            stopInOrder();
            book.phase(phase, reason);
            ended.countDown();
        } else {
            ended.await();
        }
    }

    private void stopInOrder() throws IOException, InterruptedException {
        AotTraining trainer;
        MailServer mailServer;
        CompletableFuture<Void> extracting;
        List<Supervised> all;
        synchronized (this) {
            trainer = training;
            mailServer = mail;
            extracting = extraction;
            all = List.copyOf(supervised);
        }
        book.phase(SuiteState.Phase.STOPPING, null);
        if (trainer != null) {
            trainer.stop();
        }
        stopTogether(all, one -> one.component().name().equals(ServiceDefinition.GATEWAY.name()));
        stopTogether(all, one -> one.component() instanceof ServiceProcess);
        if (mailServer != null) {
            mailServer.close();
        }
        stopTogether(all, one -> one.component() instanceof KafkaServer);
        stopTogether(all, one -> one.component() instanceof RedisServer);
        stopTogether(all, one -> one.component() instanceof PostgresServer);
        awaitQuietly(extracting);
    }

    /** Its failure is the start's, not the stop's. */
    private static void awaitQuietly(CompletableFuture<Void> future) throws InterruptedException {
        try {
            future.get();
        } catch (ExecutionException _) {
            // told by the start that waited for it
        }
    }

    private synchronized boolean isStopping() {
        return stopping;
    }

    private static void stopTogether(List<Supervised> all, Predicate<Supervised> which) throws InterruptedException {
        var stops = new ArrayList<Thread>();
        for (Supervised one : all) {
            if (which.test(one)) {
                stops.add(Thread.ofPlatform().start(() -> {
                    try {
                        one.stop();
                    } catch (InterruptedException _) {
                        Thread.currentThread().interrupt();
                    }
                }));
            }
        }
        for (Thread stop : stops) {
            stop.join();
        }
    }
}
