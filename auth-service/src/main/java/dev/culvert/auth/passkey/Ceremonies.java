package dev.culvert.auth.passkey;

import com.webauthn4j.WebAuthnManager;
import com.webauthn4j.converter.util.ObjectConverter;
import com.webauthn4j.credential.CredentialRecordImpl;
import com.webauthn4j.data.AuthenticationData;
import com.webauthn4j.data.AuthenticationParameters;
import com.webauthn4j.data.AuthenticationRequest;
import com.webauthn4j.data.PublicKeyCredentialParameters;
import com.webauthn4j.data.PublicKeyCredentialType;
import com.webauthn4j.data.RegistrationData;
import com.webauthn4j.data.RegistrationParameters;
import com.webauthn4j.data.RegistrationRequest;
import com.webauthn4j.data.attestation.authenticator.AAGUID;
import com.webauthn4j.data.attestation.authenticator.AttestedCredentialData;
import com.webauthn4j.data.attestation.authenticator.AuthenticatorData;
import com.webauthn4j.data.attestation.authenticator.COSEKey;
import com.webauthn4j.data.attestation.statement.COSEAlgorithmIdentifier;
import com.webauthn4j.data.attestation.statement.NoneAttestationStatement;
import com.webauthn4j.data.client.CollectedClientData;
import com.webauthn4j.data.client.Origin;
import com.webauthn4j.data.client.challenge.Challenge;
import com.webauthn4j.data.client.challenge.DefaultChallenge;
import com.webauthn4j.data.extension.authenticator.AuthenticationExtensionsAuthenticatorOutputs;
import com.webauthn4j.server.ServerProperty;
import com.webauthn4j.util.exception.WebAuthnException;
import dev.culvert.auth.opaquetoken.OpaqueToken;
import dev.culvert.auth.signin.Proof;
import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.contracts.problem.Violation;
import dev.culvert.platform.problem.ProblemException;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import tools.jackson.core.JacksonException;
import tools.jackson.dataformat.cbor.CBORMapper;

/**
 * Reads and verifies what passkeys answer (WebAuthn level 3, §7.1 and §7.2). Devices need not say who made them: attestation
 * is neither asked for nor looked at. That the owner was verified is always required.
 */
@Component
class Ceremonies {
    /** COSE numbers of ES256, EdDSA and RS256 in the order we like them. */
    static final List<Integer> ALGORITHMS = List.of(-7, -8, -257);

    private static final Base64.Encoder ENCODER = Base64.getUrlEncoder().withoutPadding();

    private final ObjectConverter converter = new ObjectConverter();
    private final WebAuthnManager manager = WebAuthnManager.createNonStrictWebAuthnManager(converter);
    private final CBORMapper cbor = converter.getCborMapper();
    private final PasskeyProperties properties;

    Ceremonies(PasskeyProperties properties) {
        this.properties = properties;
    }

    /** An answer to registration options that was read, but not verified. */
    record Registration(RegistrationData data, List<String> transports, OpaqueToken challenge) {}

    /** An answer to assertion options that was read, but not verified. */
    record Assertion(AuthenticationData data, byte[] credentialId, Optional<byte[]> userHandle, OpaqueToken challenge) {
        /** The passkey's id in base64url. */
        String credentialText() {
            return ENCODER.encodeToString(credentialId);
        }
    }

    /** A new passkey that was verified; see {@link Passkey}. */
    record NewKey(
            byte[] credentialId,
            byte[] publicKey,
            long counter,
            boolean backupEligible,
            boolean backedUp,
            List<String> transports) {}

    /** What a verified answer says about its passkey. */
    record UsedKey(long counter, boolean backedUp) {}

    /**
     * Reads an answer.
     *
     * @throws ProblemException VALIDATION_ERROR when it cannot be read
     */
    Registration read(RegisteredCredential sent) {
        RegistrationData data = readable(() -> manager.parse(new RegistrationRequest(
                bytes(sent.response().attestationObject()),
                bytes(sent.response().clientDataJSON()))));
        return new Registration(data, sent.transports(), challenge(data.getCollectedClientData()));
    }

    /**
     * Reads an answer.
     *
     * @throws ProblemException VALIDATION_ERROR when it cannot be read
     */
    Assertion read(AssertedCredential sent) {
        byte[] id = bytes(sent.id());
        Optional<byte[]> userHandle =
                Optional.ofNullable(sent.response().userHandle()).map(Ceremonies::bytes);
        AuthenticationData data = readable(() -> manager.parse(new AuthenticationRequest(
                id,
                userHandle.orElse(null),
                bytes(sent.response().authenticatorData()),
                bytes(sent.response().clientDataJSON()),
                bytes(sent.response().signature()))));
        return new Assertion(data, id, userHandle, challenge(data.getCollectedClientData()));
    }

    /** Verifies a registration whose challenge was ours. */
    Proof<NewKey> verify(Registration registration) {
        var parameters = new RegistrationParameters(
                server(registration.challenge()),
                ALGORITHMS.stream()
                        .map(number -> new PublicKeyCredentialParameters(
                                PublicKeyCredentialType.PUBLIC_KEY, COSEAlgorithmIdentifier.create(number)))
                        .toList(),
                true,
                true);
        try {
            return new Proof.Given<>(
                    newKey(manager.verify(registration.data(), parameters), registration.transports()));
        } catch (WebAuthnException failed) {
            return PasskeyRefusal.of(failed).refused();
        }
    }

    /** Verifies an answer to a challenge that was ours with the passkey it names. */
    Proof<UsedKey> verify(Assertion assertion, Passkey passkey) {
        var parameters = new AuthenticationParameters(
                server(assertion.challenge()), stored(passkey), List.of(passkey.credentialId()), true, true);
        try {
            AuthenticatorData<?> data = Objects.requireNonNull(
                    manager.verify(assertion.data(), parameters).getAuthenticatorData());
            return new Proof.Given<>(new UsedKey(data.getSignCount(), data.isFlagBS()));
        } catch (WebAuthnException failed) {
            return PasskeyRefusal.of(failed).refused();
        }
    }

    private NewKey newKey(RegistrationData data, List<String> transports) {
        AuthenticatorData<?> authenticator =
                Objects.requireNonNull(data.getAttestationObject()).getAuthenticatorData();
        AttestedCredentialData credential = Objects.requireNonNull(authenticator.getAttestedCredentialData());
        return new NewKey(
                credential.getCredentialId(),
                cbor.writeValueAsBytes(credential.getCOSEKey()),
                authenticator.getSignCount(),
                authenticator.isFlagBE(),
                authenticator.isFlagBS(),
                transports);
    }

    private CredentialRecordImpl stored(Passkey passkey) {
        COSEKey key = Objects.requireNonNull(cbor.readValue(passkey.publicKey(), COSEKey.class));
        return new CredentialRecordImpl(
                new NoneAttestationStatement(),
                true,
                passkey.backupEligible(),
                passkey.backedUp(),
                passkey.counter(),
                new AttestedCredentialData(AAGUID.ZERO, passkey.credentialId(), key),
                new AuthenticationExtensionsAuthenticatorOutputs<>(),
                null,
                null,
                null);
    }

    private ServerProperty server(OpaqueToken challenge) {
        return ServerProperty.builder()
                .origin(new Origin(properties.origin()))
                .rpId(properties.relyingParty())
                .challenge(new DefaultChallenge(challenge.value()))
                .build();
    }

    private static OpaqueToken challenge(@Nullable CollectedClientData client) {
        Challenge challenge = client == null ? null : client.getChallenge();
        if (challenge == null) {
            throw unreadable();
        }
        return OpaqueToken.of(ENCODER.encodeToString(challenge.getValue()));
    }

    private static <T> T readable(Supplier<T> reading) {
        try {
            return reading.get();
        } catch (WebAuthnException | JacksonException | IllegalArgumentException notPasskey) {
            throw unreadable();
        }
    }

    private static byte[] bytes(String base64Url) {
        try {
            return Base64.getUrlDecoder().decode(base64Url);
        } catch (IllegalArgumentException notBase64) {
            throw unreadable();
        }
    }

    private static ProblemException unreadable() {
        return new ProblemException(
                        ProblemCode.VALIDATION_ERROR,
                        "The credential is not what PublicKeyCredential.toJSON gives for a passkey.")
                .withViolations(List.of(new Violation("credential", "cannot be read")));
    }
}
