package dev.culvert.examples;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Not a language model, and it says so: makes an answer about the prompt from what can be counted in it. The same prompt always
 * gets the same answer, so tests can compare.
 */
final class SampleModel {

    static final String NAME = "culvert-sample";

    private SampleModel() {}

    /** The answer, cut into tokens as a model would emit them: words with the space before them. */
    static List<String> answer(String prompt) {
        List<String> words = words(prompt);
        String quoted = prompt.strip().length() > 200 ? prompt.strip().substring(0, 200) + "…" : prompt.strip();
        String text = prompt.isBlank()
                ? "You sent an empty message. I am a sample server, not a language model; send me some words and I count them."
                : "You wrote: \"%s\" That is %d %s and %d characters. %s I am a sample server, not a language model, so this is all I know about it; every token of this answer came through your tunnel on its own."
                        .formatted(
                                quoted,
                                words.size(),
                                words.size() == 1 ? "word" : "words",
                                prompt.strip().length(),
                                observation(words));
        return tokens(text);
    }

    static int countTokens(String text) {
        return tokens(text).size();
    }

    private static String observation(List<String> words) {
        String longest =
                words.stream().reduce((a, b) -> b.length() > a.length() ? b : a).orElse("");
        long different = words.stream()
                .map(word -> word.toLowerCase(Locale.ROOT))
                .distinct()
                .count();
        return longest.isEmpty()
                ? "There is no word in it."
                : "The longest word is \"%s\"; %d of the words differ from each other.".formatted(longest, different);
    }

    private static List<String> words(String text) {
        return List.of(text.split("[^\\p{L}\\p{N}'-]+")).stream()
                .filter(word -> !word.isEmpty())
                .toList();
    }

    private static List<String> tokens(String text) {
        var tokens = new ArrayList<String>();
        int begin = 0;
        for (int i = 1; i < text.length(); i++) {
            if (text.charAt(i) == ' ') {
                tokens.add(text.substring(begin, i));
                begin = i;
            }
        }
        if (begin < text.length()) {
            tokens.add(text.substring(begin));
        }
        return tokens;
    }
}
