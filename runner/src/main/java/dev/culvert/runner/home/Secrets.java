package dev.culvert.runner.home;

import dev.culvert.runner.Refusal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.core.JacksonException;

/**
 * Everything secret that this installation generated for itself, once, in {@code secrets.json} (0600).
 *
 * @param secretKey base64 of 32 random bytes; encrypts what the services store encrypted, so losing it loses that
 * @param adminPassword of the first administrator; kept because {@code culvert demo} reads the audit log with it, shown
 *     once at the first start, and no longer true after the administrator changed it
 */
public record Secrets(
        String secretKey,
        String postgresPassword,
        String redisPassword,
        String adminPassword,
        Map<String, Roles> databaseRoles) {

    /** Passwords of a schema's two login roles. */
    public record Roles(String ownerPassword, String appPassword) {}

    private static final String LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789";
    private static final SecureRandom RANDOM = new SecureRandom();

    public Secrets {
        databaseRoles = Map.copyOf(databaseRoles);
    }

    /** Reads the file, or generates it; schemas that came with a newer version get their passwords added. */
    public static Secrets loadOrGenerate(Path file, Collection<String> schemas) throws IOException {
        Secrets stored = Files.exists(file) ? read(file) : generate();
        var roles = new TreeMap<>(stored.databaseRoles);
        for (String schema : schemas) {
            roles.computeIfAbsent(schema, _ -> new Roles(password(32), password(32)));
        }
        var complete = new Secrets(
                stored.secretKey, stored.postgresPassword, stored.redisPassword, stored.adminPassword, roles);
        if (!complete.equals(stored) || !Files.exists(file)) {
            Home.replace(file, Json.MAPPER.writeValueAsBytes(complete));
        }
        return complete;
    }

    public Roles rolesOf(String schema) {
        Roles roles = databaseRoles.get(schema);
        if (roles == null) {
            throw new IllegalArgumentException("No passwords were generated for schema " + schema);
        }
        return roles;
    }

    public static Secrets read(Path file) throws IOException {
        try {
            return Json.MAPPER.readValue(Files.readAllBytes(file), Secrets.class);
        } catch (JacksonException | NullPointerException e) {
            throw new Refusal(
                    file + " is damaged: restore it from a backup, or start afresh with ./culvert reset"
                            + " (the stored data cannot be opened without it).",
                    e);
        }
    }

    private static Secrets generate() {
        byte[] key = new byte[32];
        RANDOM.nextBytes(key);
        return new Secrets(
                Base64.getEncoder().encodeToString(key), password(32), password(32), generateAdminPassword(), Map.of());
    }

    /** Meets the password rule of accounts: upper and lower case letter, digit, special character. */
    private static String generateAdminPassword() {
        return "Cv-" + password(6) + "-" + password(6) + "-" + password(6) + "-" + (2 + RANDOM.nextInt(8));
    }

    private static String password(int length) {
        var text = new StringBuilder(length);
        for (int i = 0; i < length; i++) {
            text.append(LETTERS.charAt(RANDOM.nextInt(LETTERS.length())));
        }
        return text.toString();
    }

    @Override
    public String toString() {
        return "Secrets[hidden]";
    }
}
