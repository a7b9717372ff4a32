package dev.culvert.gateway.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.contracts.event.EventType;
import dev.culvert.gateway.TestingGateway;
import dev.culvert.gateway.TestingService;
import dev.culvert.testing.PublishedEvents;
import dev.culvert.testing.TestCallers;
import dev.culvert.testing.TestingIssuer;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Version;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.UUID;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;

/** A gateway with TLS of its own: client and gateway agree on TLS 1.3 (S3.12), and on HTTP/2 or HTTP/1.1 by ALPN. */
class NegotiatedProtocolIT {
    private static final String PASSWORD = "secret-of-the-test";
    private static TestingService service;

    @TempDir
    static Path folder;

    private static TestingGateway gateway;
    private static SSLContext trust;

    @BeforeAll
    static void start() throws Exception {
        service = TestingService.start();
        Path store = folder.resolve("gateway.p12");
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=gateway",
                        "-ext",
                        "SAN=IP:127.0.0.1",
                        "-storetype",
                        "PKCS12",
                        "-storepass",
                        PASSWORD,
                        "-keystore",
                        store.toString())
                .inheritIO()
                .start();
        assertThat(keytool.waitFor()).isZero();
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(store)) {
            keys.load(in, PASSWORD.toCharArray());
        }
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        trusted.setCertificateEntry("gateway", keys.getCertificate("mykey"));
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(trusted);
        trust = SSLContext.getInstance("TLS");
        trust.init(null, factory.getTrustManagers(), null);
        gateway = TestingGateway.start(
                service,
                "server.ssl.key-store",
                store.toString(),
                "server.ssl.key-store-password",
                PASSWORD,
                "server.ssl.key-store-type",
                "PKCS12");
    }

    @AfterAll
    static void stop() {
        gateway.close();
        service.close();
    }

    @ParameterizedTest
    @EnumSource(Version.class)
    void speaksWhatTheClientPrefersAndCountsItsBytes(Version version) throws Exception {
        TestCallers ada = TestCallers.apiKey("tunnels:write");
        String path = "/api/v1/tunnels/" + UUID.randomUUID();
        service.on(path, 201, "{\"id\":1}");
        try (HttpClient client =
                HttpClient.newBuilder().sslContext(trust).version(version).build()) {

            HttpResponse<String> answer = client.send(
                    request(path, ada)
                            .header("Content-Type", "application/json")
                            .POST(BodyPublishers.ofString("{\"name\":\"12345\"}"))
                            .build(),
                    BodyHandlers.ofString());

            assertThat(answer.version()).isEqualTo(version);
            assertThat(answer.sslSession().orElseThrow().getProtocol()).isEqualTo("TLSv1.3");
            assertThat(answer.statusCode()).isEqualTo(201);
            assertThat(answer.body()).isEqualTo("{\"id\":1}");
            JsonNode call = PublishedEvents.first(EventType.API_CALL_ENDED, ada.userId())
                    .data();
            assertThat(call.get("bytesIn").asInt()).isEqualTo(16);
            assertThat(call.get("bytesOut").asInt()).isEqualTo(8);
        }
    }

    @Test
    void refusesInTheCommonBody() throws Exception {
        try (HttpClient client = HttpClient.newBuilder().sslContext(trust).build()) {
            HttpResponse<String> answer = client.send(
                    HttpRequest.newBuilder(URI.create("https://127.0.0.1:" + gateway.port() + "/api/v1/tunnels"))
                            .build(),
                    BodyHandlers.ofString());

            assertThat(answer.version()).isEqualTo(Version.HTTP_2);
            assertThat(answer.statusCode()).isEqualTo(401);
            assertThat(answer.body()).contains("AUTH_TOKEN_MISSING");
        }
    }

    private static HttpRequest.Builder request(String path, TestCallers caller) {
        return HttpRequest.newBuilder(URI.create("https://127.0.0.1:" + gateway.port() + path))
                .header("Authorization", "Bearer " + TestingIssuer.shared().token(caller));
    }
}
