package dev.culvert.auth.passkey;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.security.Signature;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/**
 * A device that holds one passkey, with a browser in front of it. Made of the platform's cryptography and the bytes of the
 * standard (WebAuthn §6.1, §6.5), so that the service's library is not checked against itself.
 */
public final class TestingDevice {
    private static final Base64.Encoder ENCODER = Base64.getUrlEncoder().withoutPadding();
    private static final int PRESENT = 0x01;
    private static final int VERIFIED = 0x04;
    private static final int BACKUP_ELIGIBLE = 0x08;
    private static final int BACKED_UP = 0x10;
    private static final int ATTESTED = 0x40;

    private final Algorithm algorithm;
    private final KeyPair keys;
    private final byte[] credentialId = new byte[32];
    private String origin = "http://127.0.0.1:8080";
    private String relyingParty = "";
    private String challenge = "";
    private String userHandle = "";
    private boolean verifies = true;
    private int backup;
    private long counter;
    private int step = 1;

    /** Ways to sign, with what a COSE key (RFC 9052 §7) holds before and between the parts of the public key. */
    public enum Algorithm {
        ES256("EC", 256, "SHA256withECDSA"),
        EDDSA("Ed25519", 255, "Ed25519"),
        RS256("RSA", 2048, "SHA256withRSA");

        private final String generator;
        private final int size;
        private final String signature;

        Algorithm(String generator, int size, String signature) {
            this.generator = generator;
            this.size = size;
            this.signature = signature;
        }
    }

    public TestingDevice() {
        this(Algorithm.ES256);
    }

    public TestingDevice(Algorithm algorithm) {
        this.algorithm = algorithm;
        new SecureRandom().nextBytes(credentialId);
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm.generator);
            generator.initialize(algorithm.size);
            keys = generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** On a page of another origin. */
    TestingDevice on(String otherOrigin) {
        origin = otherOrigin;
        return this;
    }

    /** For another relying party than it is asked for. */
    TestingDevice forRelyingParty(String id) {
        relyingParty = id;
        return this;
    }

    /** Answers a challenge of its own. */
    TestingDevice answering(String ownChallenge) {
        challenge = ownChallenge;
        return this;
    }

    /** Says that it belongs to somebody else. */
    TestingDevice withUserHandle(byte[] handle) {
        userHandle = ENCODER.encodeToString(handle);
        return this;
    }

    /** Without asking its owner for a PIN, finger or face. */
    TestingDevice withoutVerification() {
        verifies = false;
        return this;
    }

    /** Copied to other devices of its owner. */
    TestingDevice backedUp() {
        backup = BACKUP_ELIGIBLE | BACKED_UP;
        return this;
    }

    /** Never counts what it signs. */
    TestingDevice thatDoesNotCount() {
        step = 0;
        return this;
    }

    /** Begins to count anew, like a copy that was made earlier. */
    TestingDevice countingFrom(long value) {
        counter = value;
        return this;
    }

    public String credentialId() {
        return ENCODER.encodeToString(credentialId);
    }

    /** {@code navigator.credentials.create}, as JSON. */
    public Map<String, Object> create(JsonNode options) {
        userHandle = options.get("user").get("id").asString();
        byte[] publicKey = coseKey();
        byte[] data = joined(
                authenticatorData(options.get("rp").get("id").asString(), ATTESTED),
                new byte[16],
                ByteBuffer.allocate(2).putShort((short) credentialId.length).array(),
                credentialId,
                publicKey);
        byte[] attestation = joined(
                bytes(0xA3, 0x63),
                ascii("fmt"),
                bytes(0x64),
                ascii("none"),
                bytes(0x67),
                ascii("attStmt"),
                bytes(0xA0, 0x68),
                ascii("authData"),
                bytes(0x59, data.length >> 8, data.length),
                data);
        return credential(Map.of(
                "clientDataJSON",
                ENCODER.encodeToString(clientData("webauthn.create", options)),
                "attestationObject",
                ENCODER.encodeToString(attestation),
                "transports",
                List.of("internal", "hybrid"),
                "publicKeyAlgorithm",
                -7));
    }

    /** {@code navigator.credentials.get}, as JSON. */
    public Map<String, Object> get(JsonNode options) {
        byte[] client = clientData("webauthn.get", options);
        byte[] data = authenticatorData(options.get("rpId").asString(), 0);
        return credential(Map.of(
                "clientDataJSON",
                ENCODER.encodeToString(client),
                "authenticatorData",
                ENCODER.encodeToString(data),
                "signature",
                ENCODER.encodeToString(signature(joined(data, sha256(client)))),
                "userHandle",
                userHandle));
    }

    /** The same answer with another value in one place. */
    static Map<String, Object> with(Map<String, Object> answer, String field, String value) {
        Map<Object, Object> response = new HashMap<>((Map<?, ?>) answer.get("response"));
        response.put(field, value);
        Map<String, Object> changed = new HashMap<>(answer);
        changed.put("response", response);
        return changed;
    }

    private Map<String, Object> credential(Map<String, Object> response) {
        return Map.of(
                "id",
                credentialId(),
                "rawId",
                credentialId(),
                "type",
                "public-key",
                "authenticatorAttachment",
                "platform",
                "clientExtensionResults",
                Map.of("credProps", Map.of("rk", true)),
                "response",
                response);
    }

    private byte[] clientData(String type, JsonNode options) {
        String answered = challenge.isEmpty() ? options.get("challenge").asString() : challenge;
        return """
                {"type":"%s","challenge":"%s","origin":"%s","crossOrigin":false}""".formatted(type, answered, origin).getBytes(StandardCharsets.UTF_8);
    }

    private byte[] authenticatorData(String asked, int flags) {
        counter += step;
        String party = relyingParty.isEmpty() ? asked : relyingParty;
        int all = flags | PRESENT | backup | (verifies ? VERIFIED : 0);
        return joined(
                sha256(ascii(party)),
                bytes(all),
                ByteBuffer.allocate(4).putInt((int) counter).array());
    }

    /** The public key's parts are the last bytes of its X.509 form, but for RSA, whose modulus lies before the exponent. */
    private byte[] coseKey() {
        byte[] encoded = keys.getPublic().getEncoded();
        int end = encoded.length;
        return switch (algorithm) {
            case ES256 ->
                joined(
                        bytes(0xA5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20),
                        Arrays.copyOfRange(encoded, end - 64, end - 32),
                        bytes(0x22, 0x58, 0x20),
                        Arrays.copyOfRange(encoded, end - 32, end));
            case EDDSA ->
                joined(
                        bytes(0xA4, 0x01, 0x01, 0x03, 0x27, 0x20, 0x06, 0x21, 0x58, 0x20),
                        Arrays.copyOfRange(encoded, end - 32, end));
            case RS256 ->
                joined(
                        bytes(0xA4, 0x01, 0x03, 0x03, 0x39, 0x01, 0x00, 0x20, 0x59, 0x01, 0x00),
                        Arrays.copyOfRange(encoded, end - 261, end - 5),
                        bytes(0x21, 0x43, 0x01, 0x00, 0x01));
        };
    }

    private byte[] signature(byte[] signed) {
        try {
            Signature signature = Signature.getInstance(algorithm.signature);
            signature.initSign(keys.getPrivate());
            signature.update(signed);
            return signature.sign();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] sha256(byte[] data) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(data);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static byte[] bytes(int... values) {
        byte[] bytes = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            bytes[i] = (byte) values[i];
        }
        return bytes;
    }

    private static byte[] joined(byte[]... parts) {
        var all = new ByteArrayOutputStream();
        Arrays.stream(parts).forEach(all::writeBytes);
        return all.toByteArray();
    }
}
