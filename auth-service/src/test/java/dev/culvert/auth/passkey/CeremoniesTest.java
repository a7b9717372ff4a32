package dev.culvert.auth.passkey;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.auth.opaquetoken.OpaqueToken;
import dev.culvert.auth.passkey.Ceremonies.Assertion;
import dev.culvert.auth.passkey.Ceremonies.NewKey;
import dev.culvert.auth.passkey.Ceremonies.UsedKey;
import dev.culvert.auth.signin.Proof;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The steps of WebAuthn §7.1 and §7.2 that {@link PasskeyIT} does not reach. */
class CeremoniesTest {
    private static final JsonMapper JSON = JsonMapper.shared();

    private final Ceremonies ceremonies = new Ceremonies(
            new PasskeyProperties(URI.create("http://127.0.0.1:8080"), "Culvert", Duration.ofMinutes(5), 20));

    @ParameterizedTest
    @EnumSource
    void verifiesEachAlgorithmThatIsAskedFor(TestingDevice.Algorithm algorithm) {
        TestingDevice device = new TestingDevice(algorithm);
        Passkey passkey = registered(device);

        assertThat(verified(passkey, device.get(options()))).isEqualTo(new Proof.Given<>(new UsedKey(2, false)));
    }

    @Test
    void refusesTheSignatureOfAnotherKey() {
        TestingDevice device = new TestingDevice();
        Passkey passkey = registered(device);
        JsonNode options = options();
        JsonNode foreign = JSON.valueToTree(new TestingDevice().get(options));

        Proof<UsedKey> proof = verified(
                passkey,
                TestingDevice.with(
                        device.get(options),
                        "signature",
                        foreign.get("response").get("signature").asString()));

        assertThat(proof).isEqualTo(PasskeyRefusal.SIGNATURE.refused());
    }

    /** What a page got for registering must not sign anybody in. */
    @Test
    void refusesClientDataOfARegistration() {
        TestingDevice device = new TestingDevice();
        Passkey passkey = registered(device);
        JsonNode options = options();
        JsonNode registration = JSON.valueToTree(device.create(options));

        Proof<UsedKey> proof = verified(
                passkey,
                TestingDevice.with(
                        device.get(options),
                        "clientDataJSON",
                        registration.get("response").get("clientDataJSON").asString()));

        assertThat(proof).isEqualTo(PasskeyRefusal.RESPONSE.refused());
    }

    /** WebAuthn §6.1.3: whether a key may be copied never changes. */
    @Test
    void refusesAKeyThatBecameCopyable() {
        TestingDevice device = new TestingDevice();
        Passkey passkey = registered(device);

        assertThat(verified(passkey, device.backedUp().get(options()))).isEqualTo(PasskeyRefusal.RESPONSE.refused());
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void refusesACounterThatDoesNotMoveOn(long stored) {
        TestingDevice device = new TestingDevice();
        Passkey passkey = counting(registered(device), stored);

        Proof<UsedKey> proof = verified(passkey, device.get(options())); // its second signature

        assertThat(proof instanceof Proof.Given<UsedKey>).isEqualTo(stored < 2);
    }

    private Passkey registered(TestingDevice device) {
        RegisteredCredential sent = JSON.convertValue(device.create(options()), RegisteredCredential.class);
        if (!(ceremonies.verify(ceremonies.read(sent)) instanceof Proof.Given<NewKey>(NewKey key))) {
            throw new AssertionError("refused");
        }
        return new Passkey(
                UUID.randomUUID(),
                UUID.randomUUID(),
                "laptop",
                key.credentialId(),
                key.publicKey(),
                key.counter(),
                key.backupEligible(),
                key.backedUp(),
                key.transports(),
                Instant.EPOCH,
                Optional.empty());
    }

    private static Passkey counting(Passkey passkey, long counter) {
        return new Passkey(
                passkey.id(),
                passkey.accountId(),
                passkey.name(),
                passkey.credentialId(),
                passkey.publicKey(),
                counter,
                passkey.backupEligible(),
                passkey.backedUp(),
                passkey.transports(),
                passkey.createdAt(),
                passkey.lastUsedAt());
    }

    private Proof<UsedKey> verified(Passkey passkey, Map<String, Object> answer) {
        Assertion assertion = ceremonies.read(JSON.convertValue(answer, AssertedCredential.class));
        return ceremonies.verify(assertion, passkey);
    }

    /** As much of either kind of options as a device reads. */
    private static JsonNode options() {
        return JSON.valueToTree(Map.of(
                "challenge",
                OpaqueToken.random().value(),
                "rp",
                Map.of("id", "127.0.0.1"),
                "rpId",
                "127.0.0.1",
                "user",
                Map.of("id", UserHandle.text(UUID.randomUUID()))));
    }
}
