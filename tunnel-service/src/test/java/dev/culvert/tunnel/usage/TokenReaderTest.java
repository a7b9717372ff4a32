package dev.culvert.tunnel.usage;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TokenReaderTest {
    private static final String STREAM = """
            data: {"choices":[{"delta":{"content":"say \\"usage\\":{\\"prompt_tokens\\":9999}"}}],"usage":null}

            data: {"choices":[],"usage":{"prompt_tokens": 12,"completion_tokens": 34,"total_tokens":46}}

            data: [DONE]

            """;

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "{\"id\":1,\"usage\":{\"prompt_tokens\":12,\"completion_tokens\":34}} | 12 | 34",
                "{\"usage\" : { \"completion_tokens\" : 34, \"prompt_tokens\" : 12 }, \"x\": 1} | 12 | 34",
                "{\"done\":true,\"prompt_eval_count\":26,\"eval_count\":298} | 26 | 298",
                "{\"done\":true,\"eval_count\":298} | 0 | 298",
                "{\"usage\":null} | 0 | 0",
                "{\"hello\":\"world\"} | 0 | 0",
                "{\"usage\":{\"prompt_tokens\":99999999999999999999}} | 0 | 0",
            })
    void readsWhatAnAnswerTells(String answer, long prompt, long completion) {
        assertThat(tokens("application/json", answer, answer.length())).isEqualTo(new TokenCount(prompt, completion));
    }

    @Test
    void readsTheLastEventOfAStreamWhateverItsPieces() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        String before = "data: {\"choices\":[{\"delta\":{\"content\":\"a\"}}]}\n\n".repeat(500);
        for (int round = 0; round < 50; round++) {
            assertThat(tokens("text/event-stream; charset=utf-8", before + STREAM, 1 + random.nextInt(6_000)))
                    .as("seed %d", seed)
                    .isEqualTo(new TokenCount(12, 34));
        }
    }

    @Test
    void takesTheLastLineOfAnNdjsonAnswer() {
        String lines = "{\"message\":{\"content\":\"a\"},\"done\":false}\n".repeat(1_000)
                + "{\"done\":true,\"prompt_eval_count\":5,\"eval_count\":6}\n";

        assertThat(tokens("application/x-ndjson", lines, 41)).isEqualTo(new TokenCount(5, 6));
    }

    @Test
    void isNotFooledByWhatTheModelSays() {
        String answer = "{\"choices\":[{\"message\":{\"content\":\"{\\\"usage\\\":{\\\"prompt_tokens\\\":1}}\"}}]}";

        assertThat(tokens("application/json", answer, 7)).isEqualTo(TokenCount.NONE);
    }

    @Test
    void looksOnlyIntoAnswersThatCouldTell() {
        HttpHeaders text = new DefaultHttpHeaders().set("Content-Type", "text/plain");
        HttpHeaders packed =
                new DefaultHttpHeaders().set("Content-Type", "application/json").set("Content-Encoding", "gzip");
        HttpHeaders json = new DefaultHttpHeaders().set("Content-Type", "application/json");

        assertThat(TokenReader.forAnswer(200, text)).isEmpty();
        assertThat(TokenReader.forAnswer(200, packed)).isEmpty();
        assertThat(TokenReader.forAnswer(500, json)).isEmpty();
        assertThat(TokenReader.forAnswer(200, json)).isPresent();
    }

    private static TokenCount tokens(String type, String answer, int pieceSize) {
        TokenReader reader = TokenReader.forAnswer(200, new DefaultHttpHeaders().set("Content-Type", type))
                .orElseThrow();
        byte[] bytes = answer.getBytes(StandardCharsets.UTF_8);
        for (int from = 0; from < bytes.length; from += pieceSize) {
            reader.read(Unpooled.wrappedBuffer(bytes, from, Math.min(pieceSize, bytes.length - from)));
        }
        return reader.tokens();
    }
}
