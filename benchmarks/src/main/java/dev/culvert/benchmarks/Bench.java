package dev.culvert.benchmarks;

import com.sun.net.httpserver.HttpServer;
import dev.culvert.agent.Agent;
import dev.culvert.agent.AgentOptions;
import dev.culvert.testing.suite.Person;
import dev.culvert.testing.suite.RunningSuite;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A person with a tunnel and an agent in this process, in front of a local service whose contexts a benchmark adds. */
final class Bench implements AutoCloseable {
    private static final String TUNNEL = "bench";

    private final RunningSuite suite;
    private final URI gateway;
    private final String key;
    private final HttpServer service;
    private final ExecutorService threads;
    private final Agent agent;
    private final HttpClient http;

    private Bench(
            RunningSuite suite, URI gateway, String key, HttpServer service, ExecutorService threads, Agent agent) {
        this.suite = suite;
        this.gateway = gateway;
        this.key = key;
        this.service = service;
        this.threads = threads;
        this.agent = agent;
        this.http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    }

    static Bench open(RunningSuite suite) throws IOException, InterruptedException {
        URI gateway = suite.gateway();
        Person person = Person.register(gateway, suite.address("mailbox"));
        String key = person.createApiKey("tunnels:connect", "tunnels:use");
        person.createTunnel(TUNNEL);
        HttpServer service = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
        service.setExecutor(threads);
        service.start();
        Agent agent = Agent.start(AgentOptions.of(
                gateway.toString(),
                TUNNEL,
                "http://127.0.0.1:" + service.getAddress().getPort(),
                key));
        agent.awaitConnected(Duration.ofSeconds(20));
        return new Bench(suite, gateway, key, service, threads, agent);
    }

    RunningSuite suite() {
        return suite;
    }

    HttpServer service() {
        return service;
    }

    HttpClient http() {
        return http;
    }

    /** A request that reaches the service through gateway, tunnel and agent. */
    HttpRequest.Builder tunnelled(String path) {
        return HttpRequest.newBuilder(gateway.resolve("/t/" + TUNNEL + path)).header("X-API-Key", key);
    }

    /** The same request without anything between. */
    HttpRequest.Builder direct(String path) {
        return HttpRequest.newBuilder(
                URI.create("http://127.0.0.1:" + service.getAddress().getPort() + path));
    }

    @Override
    public void close() {
        agent.close();
        http.close();
        service.stop(0);
        threads.close();
    }
}
