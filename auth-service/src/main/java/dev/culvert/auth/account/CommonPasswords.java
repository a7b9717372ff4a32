package dev.culvert.auth.account;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Passwords that guessers try first, known without asking anybody. The list ships with the service and holds words; a
 * password counts as one of them when nothing is left but such a word once case, look-alike characters and what people put
 * around a word are taken away: {@code P@ssw0rd!2024} is {@code password}.
 */
final class CommonPasswords {
    private static final String RESOURCE = "common-passwords.txt";
    private static final Pattern AROUND_A_WORD = Pattern.compile("^[^a-z]+|[^a-z]+$");
    private static final Pattern AFTER_A_WORD = Pattern.compile("[^a-z]+$");
    private static final Pattern NO_LETTER = Pattern.compile("[^a-z]+");
    private static final Pattern NEITHER_LETTER_NOR_DIGIT = Pattern.compile("[^a-z0-9]+");
    private static final Pattern MARKS = Pattern.compile("\\p{M}+");
    private static final Set<String> WORDS = read();

    private CommonPasswords() {}

    /** Whether a password is built on one word of the list, or on one twice. */
    static boolean contain(String password) {
        return builtOn(password, WORDS);
    }

    /** The same for words that are common for one person: all in lower-case letters and digits. */
    static boolean builtOn(String password, Set<String> words) {
        String lower = MARKS.matcher(Normalizer.normalize(password, Normalizer.Form.NFD))
                .replaceAll("")
                .toLowerCase(Locale.ROOT);
        String bare = AROUND_A_WORD.matcher(lower).replaceAll("");
        return Stream.of(
                        NEITHER_LETTER_NOR_DIGIT.matcher(lower).replaceAll(""),
                        letters(bare),
                        letters(lookAlikes(bare)),
                        letters(lookAlikes(AFTER_A_WORD.matcher(lower).replaceAll(""))),
                        letters(lookAlikes(lower)))
                .anyMatch(text -> common(text, words));
    }

    private static boolean common(String text, Set<String> words) {
        String half = text.substring(0, text.length() / 2);
        return words.contains(text) || (words.contains(half) && text.equals(half.repeat(2)));
    }

    private static String letters(String text) {
        return NO_LETTER.matcher(text).replaceAll("");
    }

    /** What people type for a letter to please a rule. */
    private static String lookAlikes(String text) {
        StringBuilder letters = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            letters.append(
                    switch (text.charAt(i)) {
                        case '0' -> 'o';
                        case '1', '!', '|' -> 'i';
                        case '3' -> 'e';
                        case '4', '@' -> 'a';
                        case '5', '$' -> 's';
                        case '7', '+' -> 't';
                        case '8' -> 'b';
                        case '9' -> 'g';
                        default -> text.charAt(i);
                    });
        }
        return letters.toString();
    }

    private static Set<String> read() {
        InputStream resource = Objects.requireNonNull(
                CommonPasswords.class.getResourceAsStream(RESOURCE), RESOURCE + " is missing from the jar");
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(resource, StandardCharsets.US_ASCII))) {
            return lines.lines()
                    .filter(line -> !line.isEmpty() && !line.startsWith("#"))
                    .collect(Collectors.toUnmodifiableSet());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
