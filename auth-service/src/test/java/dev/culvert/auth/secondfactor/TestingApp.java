package dev.culvert.auth.secondfactor;

import java.io.ByteArrayOutputStream;
import java.time.Clock;

/** An authenticator app as people have it on their phones: knows the secret as text, shows a code every 30 seconds. */
public final class TestingApp {
    private static final String BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

    private final byte[] secret;
    private final Clock clock;

    public TestingApp(String secret, Clock clock) {
        this.secret = decode(secret);
        this.clock = clock;
    }

    /** The code shown now. */
    public String code() {
        return Totp.code(secret, Totp.step(clock.instant()));
    }

    /** One that is never shown now. */
    public String wrongCode() {
        long present = Totp.step(clock.instant());
        for (int number = 0; ; number++) {
            String code = "%06d".formatted(number);
            boolean near = code.equals(Totp.code(secret, present - 2))
                    || code.equals(Totp.code(secret, present - 1))
                    || code.equals(Totp.code(secret, present))
                    || code.equals(Totp.code(secret, present + 1))
                    || code.equals(Totp.code(secret, present + 2));
            if (!near) {
                return code;
            }
        }
    }

    private static byte[] decode(String text) {
        var bytes = new ByteArrayOutputStream();
        int bits = 0;
        int held = 0;
        for (char next : text.toCharArray()) {
            bits = (bits << 5) | BASE32.indexOf(next);
            held += 5;
            if (held >= Byte.SIZE) {
                held -= Byte.SIZE;
                bytes.write((bits >> held) & 0xff);
            }
        }
        return bytes.toByteArray();
    }
}
