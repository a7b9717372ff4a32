package dev.culvert.agent.account;

import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import javax.net.ssl.KeyManagerFactory;

/** A key with a certificate for 127.0.0.1 that nobody but itself has signed. */
public final class TestingCertificate {
    private static final String PASSWORD = "password";

    private final KeyStore keys = KeyStore.getInstance("PKCS12");

    /**
     * Makes one.
     *
     * @param folder for a file in between
     * @param owner whom it names
     */
    public TestingCertificate(Path folder, String owner) throws Exception {
        Path store = folder.resolve("service.p12");
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=" + owner,
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
        if (keytool.waitFor() != 0) {
            throw new AssertionError("keytool made no key");
        }
        try (InputStream in = Files.newInputStream(store)) {
            keys.load(in, PASSWORD.toCharArray());
        }
    }

    /** With the certificate under {@code mykey}. */
    public KeyStore keys() {
        return keys;
    }

    /** For whoever serves with it. */
    public KeyManagerFactory managers() throws Exception {
        KeyManagerFactory own = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        own.init(keys, PASSWORD.toCharArray());
        return own;
    }
}
