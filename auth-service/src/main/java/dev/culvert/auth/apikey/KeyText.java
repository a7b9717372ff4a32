package dev.culvert.auth.apikey;

import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32;

/**
 * The text of an API key: {@code cvt_<environment>_<8 visible><43 secret><6 checksum>} (requirement X-4). Letters and
 * digits after the marks, so that a double click selects it; 43 of them hold 256 random bits; the checksum tells a typo
 * or a made-up key without a look at the database.
 *
 * @param prefix what may be shown: everything up to and with the visible characters
 * @param value the whole key
 */
record KeyText(String prefix, String value) {
    private static final String DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    private static final int VISIBLE = 8;
    private static final int SECRET = 43;
    private static final int CHECKSUM = 6;
    private static final Pattern FORM =
            Pattern.compile("(cvt_[a-z]{1,12}_[0-9A-Za-z]{%d})[0-9A-Za-z]{%d}".formatted(VISIBLE, SECRET + CHECKSUM));
    private static final SecureRandom RANDOM = new SecureRandom();

    /** A new key. */
    static KeyText random(String environment) {
        return withPrefix("cvt_" + environment + "_" + randomText(VISIBLE));
    }

    /** A new key that begins with this. */
    static KeyText withPrefix(String prefix) {
        String checked = prefix + randomText(SECRET);
        return new KeyText(prefix, checked + checksum(checked));
    }

    /** What somebody sent, if it can be a key at all. */
    static Optional<KeyText> parse(String value) {
        Matcher form = FORM.matcher(value);
        if (!form.matches()) {
            return Optional.empty();
        }
        int end = value.length() - CHECKSUM;
        return checksum(value.substring(0, end)).equals(value.substring(end))
                ? Optional.of(new KeyText(form.group(1), value))
                : Optional.empty();
    }

    /** Leaves the secret out, so that it cannot get into a log. */
    @Override
    public String toString() {
        return prefix + "…";
    }

    private static String randomText(int length) {
        StringBuilder text = new StringBuilder(length);
        for (int i = 0; i < length; i++) {
            text.append(DIGITS.charAt(RANDOM.nextInt(DIGITS.length())));
        }
        return text.toString();
    }

    /** CRC-32 in base 62, as in the tokens of GitHub. */
    private static String checksum(String text) {
        CRC32 crc = new CRC32();
        crc.update(text.getBytes(StandardCharsets.US_ASCII));
        long rest = crc.getValue();
        char[] digits = new char[CHECKSUM];
        for (int i = CHECKSUM - 1; i >= 0; i--) {
            digits[i] = DIGITS.charAt((int) (rest % DIGITS.length()));
            rest /= DIGITS.length();
        }
        return new String(digits);
    }
}
