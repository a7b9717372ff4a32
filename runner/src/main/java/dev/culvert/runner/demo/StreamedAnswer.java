package dev.culvert.runner.demo;

import dev.culvert.runner.Refusal;
import dev.culvert.runner.home.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Reads an OpenAI-style event stream and notes when each token came. */
final class StreamedAnswer {

    private final List<Long> arrivals = new ArrayList<>();
    private final StringBuilder text = new StringBuilder();
    private boolean done;

    private StreamedAnswer() {}

    static StreamedAnswer read(InputStream stream, Consumer<String> onToken) throws IOException {
        var answer = new StreamedAnswer();
        try (var reader = new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
            String line = reader.readLine();
            while (line != null) {
                answer.take(line, onToken);
                line = reader.readLine();
            }
        }
        if (!answer.done || answer.arrivals.size() < 2) {
            throw new Refusal(
                    "The stream ended early, after %d tokens and without [DONE].".formatted(answer.arrivals.size()));
        }
        return answer;
    }

    private void take(String line, Consumer<String> onToken) {
        if (line.equals("data: [DONE]")) {
            done = true;
        } else if (line.startsWith("data: ")) {
            String token = Json.MAPPER
                    .readTree(line.substring("data: ".length()))
                    .at("/choices/0/delta/content")
                    .asString("");
            if (!token.isEmpty()) {
                arrivals.add(System.nanoTime());
                text.append(token);
                onToken.accept(token);
            }
        }
    }

    String text() {
        return text.toString();
    }

    int tokens() {
        return arrivals.size();
    }

    Duration firstTokenAfter(long sentNanos) {
        return Duration.ofNanos(arrivals.getFirst() - sentNanos);
    }

    /** From the first token to the last. */
    Duration span() {
        return Duration.ofNanos(arrivals.getLast() - arrivals.getFirst());
    }

    Duration longestGap() {
        long longest = 0;
        for (int i = 1; i < arrivals.size(); i++) {
            longest = Math.max(longest, arrivals.get(i) - arrivals.get(i - 1));
        }
        return Duration.ofNanos(longest);
    }
}
