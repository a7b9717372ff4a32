package dev.culvert.testing;

import org.springframework.test.context.DynamicPropertyRegistry;

/**
 * Hands the shared stores and issuer to a Spring test by the environment variables a service reads in production:
 *
 * <pre>{@code
 * @DynamicPropertySource
 * static void stores(DynamicPropertyRegistry registry) {
 *     TestingStores.register(registry, "webhook");
 * }
 * }</pre>
 */
public final class TestingStores {

    /** 32 bytes, base64; protects nothing but test data. */
    public static final String SECRET_KEY = "Y3VsdmVydC10ZXN0LWtleS0wMTIzNDU2Nzg5YWJjZGU=";

    private TestingStores() {}

    /** All stores, for a service that owns a schema. */
    public static void register(DynamicPropertyRegistry registry, String schema) {
        TestingPostgres postgres = TestingPostgres.shared();
        postgres.createService(schema);
        registry.add("DB_URL", postgres::jdbcUrl);
        registry.add("DB_USER", () -> schema + "_app");
        registry.add("DB_PASSWORD", () -> TestingPostgres.PASSWORD);
        registry.add("DB_OWNER_USER", () -> schema + "_owner");
        registry.add("DB_OWNER_PASSWORD", () -> TestingPostgres.PASSWORD);
        registerWithoutDatabase(registry);
    }

    /** Redis, Kafka and the issuer, for a service without tables. */
    public static void registerWithoutDatabase(DynamicPropertyRegistry registry) {
        registry.add("REDIS_URL", () -> TestingRedis.shared().url());
        registry.add("KAFKA_BOOTSTRAP_SERVERS", () -> TestingKafka.shared().bootstrapServers());
        registry.add("SECRET_KEY", () -> SECRET_KEY);
        registry.add("PUBLIC_URL", () -> TestingIssuer.ISSUER);
        registry.add("AUTH_JWKS_URL", () -> TestingIssuer.shared().jwksUrl());
    }
}
