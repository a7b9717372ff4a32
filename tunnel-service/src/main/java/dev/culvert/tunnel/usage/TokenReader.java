package dev.culvert.tunnel.usage;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Finds out how many tokens an answer cost, from its end alone: OpenAI's {@code usage} in JSON or in one of the last server-sent
 * events, and Ollama's {@code prompt_eval_count} and {@code eval_count} in JSON or the last line. It holds the last bytes of
 * an answer and nothing of the others. What the model says cannot be mistaken for it: inside a JSON string its quotes are
 * escaped. Compressed answers are not looked into. Read on the loop of a link; the end may come from another thread.
 */
final class TokenReader {
    /** Longest end that is looked at. The final event of a stream, with what follows it, is a fraction of this. */
    static final int MAX_TAIL_BYTES = 4096;

    private static final int FIRST_ROOM_BYTES = 512;

    private static final Pattern OPENAI_USAGE = Pattern.compile("\"usage\"\\s*:\\s*\\{");
    private static final Pattern OPENAI_PROMPT = number("prompt_tokens");
    private static final Pattern OPENAI_COMPLETION = number("completion_tokens");
    private static final Pattern OLLAMA_PROMPT = number("prompt_eval_count");
    private static final Pattern OLLAMA_COMPLETION = number("eval_count");

    private byte[] tail = new byte[FIRST_ROOM_BYTES];
    private int length;

    private TokenReader() {}

    private static Pattern number(String member) {
        return Pattern.compile("\"" + member + "\"\\s*:\\s*(\\d{1,12})\\b");
    }

    /** A reader for an answer that could tell; empty for every other. */
    static Optional<TokenReader> forAnswer(int status, HttpHeaders headers) {
        String type = headers.get(HttpHeaderNames.CONTENT_TYPE, "").toLowerCase(Locale.ROOT);
        String encoding = headers.get(HttpHeaderNames.CONTENT_ENCODING, "identity");
        boolean telling = type.startsWith("application/json")
                || type.startsWith("text/event-stream")
                || type.startsWith("application/x-ndjson");
        return status == 200 && telling && encoding.equalsIgnoreCase("identity")
                ? Optional.of(new TokenReader())
                : Optional.empty();
    }

    /** Takes note of bytes; copies what may be part of the end. */
    synchronized void read(ByteBuf bytes) {
        int size = bytes.readableBytes();
        int taken = Math.min(size, MAX_TAIL_BYTES);
        makeRoom(taken);
        bytes.getBytes(bytes.readerIndex() + size - taken, tail, length, taken);
        length += taken;
    }

    /** Drops the oldest bytes beyond the limit, a good part at once so that small pieces do not move the rest each time. */
    private void makeRoom(int more) {
        if (length + more > 2 * MAX_TAIL_BYTES) {
            int kept = MAX_TAIL_BYTES - more;
            System.arraycopy(tail, length - kept, tail, 0, kept);
            length = kept;
        }
        if (length + more > tail.length) {
            tail = Arrays.copyOf(tail, Math.min(2 * MAX_TAIL_BYTES, Math.max(2 * tail.length, length + more)));
        }
    }

    /** What the bytes so far tell. */
    synchronized TokenCount tokens() {
        int from = Math.max(0, length - MAX_TAIL_BYTES);
        String end = new String(tail, from, length - from, StandardCharsets.ISO_8859_1);
        int usage = last(OPENAI_USAGE, end);
        if (usage >= 0) {
            String told = end.substring(usage);
            return new TokenCount(first(OPENAI_PROMPT, told), first(OPENAI_COMPLETION, told));
        }
        return new TokenCount(lastNumber(OLLAMA_PROMPT, end), lastNumber(OLLAMA_COMPLETION, end));
    }

    private static int last(Pattern pattern, String text) {
        Matcher matcher = pattern.matcher(text);
        int found = -1;
        while (matcher.find()) {
            found = matcher.start();
        }
        return found;
    }

    private static long first(Pattern pattern, String text) {
        Matcher matcher = pattern.matcher(text);
        return matcher.find() ? Long.parseLong(matcher.group(1)) : 0;
    }

    private static long lastNumber(Pattern pattern, String text) {
        Matcher matcher = pattern.matcher(text);
        long found = 0;
        while (matcher.find()) {
            found = Long.parseLong(matcher.group(1));
        }
        return found;
    }
}
