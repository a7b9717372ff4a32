package dev.culvert.platform.cryptography;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Security;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.context.ConfigurableApplicationContext;

class NativeCryptographyTest {
    private static final byte[] MESSAGE = {1, 2, 3};

    @BeforeEach
    @AfterEach
    void removeProvider() {
        Security.removeProvider(NativeCryptography.PROVIDER);
    }

    @Test
    void isInPlaceSoonAfterAServiceIsReady() {
        assumeTrue(System.getProperty("os.name").equals("Linux"), "the library is that of the building machine");
        var application = new SpringApplication(CryptographyAutoConfiguration.class);
        application.setWebApplicationType(WebApplicationType.NONE);

        try (ConfigurableApplicationContext _ = application.run()) {
            await().until(() -> Security.getProvider(NativeCryptography.PROVIDER) != null);
        }
    }

    @Test
    void isLeftOutWhenTheOperatorSaysSo() {
        var application = new SpringApplication(CryptographyAutoConfiguration.class);
        application.setWebApplicationType(WebApplicationType.NONE);

        try (ConfigurableApplicationContext context = application.run("--culvert.native-cryptography=false")) {
            assertThat(context.containsBean("nativeCryptography")).isFalse();
        }
    }

    @Test
    void itsSignaturesAreVerifiedByTheJdkAndTheOtherWayRound() throws Exception {
        assumeTrue(System.getProperty("os.name").equals("Linux"), "the library is that of the building machine");
        KeyPair keys = keys();

        NativeCryptography.install();
        Signature ours = Signature.getInstance("SHA256withECDSA");
        Signature jdk = Signature.getInstance("SHA256withECDSA", "SunEC");

        assertThat(ours.getProvider().getName()).isEqualTo(NativeCryptography.PROVIDER);
        assertThat(verifies(jdk, keys, sign(ours, keys))).isTrue();
        assertThat(verifies(ours, keys, sign(jdk, keys))).isTrue();
    }

    private static KeyPair keys() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC", "SunEC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        return generator.generateKeyPair();
    }

    private static byte[] sign(Signature signature, KeyPair keys) throws Exception {
        signature.initSign(keys.getPrivate());
        signature.update(MESSAGE);
        return signature.sign();
    }

    private static boolean verifies(Signature signature, KeyPair keys, byte[] signed) throws Exception {
        signature.initVerify(keys.getPublic());
        signature.update(MESSAGE);
        return signature.verify(signed);
    }
}
