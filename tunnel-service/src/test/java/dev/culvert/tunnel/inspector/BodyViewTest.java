package dev.culvert.tunnel.inspector;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;

class BodyViewTest {
    private static final int LIMIT = 1 << 20;
    private static final List<Header> GZIP = List.of(new Header("content-encoding", "gzip"));

    @Test
    void unpacksCompressedBodies() throws IOException {
        BodyView view = BodyView.of(whole(gzip("hello".getBytes(StandardCharsets.UTF_8), 1)), GZIP, LIMIT);

        assertThat(view.text()).isEqualTo("hello");
        assertThat(view.unpacked()).isEqualTo("gzip");
        assertThat(view.complete()).isTrue();
    }

    /** A thousandfold bomb: 64 MiB in about 64 KiB. */
    @Test
    void unpacksABombUpToTheLimitOnly() throws IOException {
        byte[] bomb = gzip(new byte[1 << 20], 64);
        assertThat(bomb.length).isLessThan(1 << 17);

        BodyView view = BodyView.of(whole(bomb), GZIP, LIMIT);

        assertThat(view.text()).hasSize(LIMIT);
        assertThat(view.complete()).isFalse();
        assertThat(view.size()).isEqualTo(bomb.length);
    }

    @Test
    void showsWhatComesOutOfACompressedBodyThatWasCutOff() throws IOException {
        byte[] packed = gzip("hello ".repeat(20_000).getBytes(StandardCharsets.UTF_8), 1);
        byte[] kept = Arrays.copyOf(packed, packed.length - 12);

        BodyView view = BodyView.of(new CapturedBody(packed.length, kept), GZIP, LIMIT);

        assertThat(view.text()).startsWith("hello hello");
        assertThat(view.complete()).isFalse();
    }

    @Test
    void showsAsItIsWhatIsNotWhatItSays() {
        byte[] plain = "not packed".getBytes(StandardCharsets.UTF_8);

        assertThat(BodyView.of(whole(plain), GZIP, LIMIT).text()).isEqualTo("not packed");
        assertThat(BodyView.of(whole(plain), List.of(new Header("Content-Encoding", "br")), LIMIT)
                        .text())
                .isEqualTo("not packed");
    }

    /** Chinese and emoji take several bytes a character, and the copy ends where the limit is. */
    @Test
    void showsTextThatWasCutOffWithinACharacterAsText() {
        byte[] text = "héllo 你好 🙂".getBytes(StandardCharsets.UTF_8);

        for (int kept = 0; kept < text.length; kept++) {
            BodyView view = BodyView.of(new CapturedBody(text.length, Arrays.copyOf(text, kept)), List.of(), LIMIT);

            assertThat(view.encoding()).as("%d bytes", kept).isEqualTo("utf-8");
            assertThat("héllo 你好 🙂").startsWith(view.text());
        }
        assertThat(BodyView.of(whole(Arrays.copyOf(text, text.length - 1)), List.of(), LIMIT)
                        .encoding())
                .as("what is whole and ends within a character is no text")
                .isEqualTo("base64");
    }

    @Test
    void showsWhatIsNoTextInBase64() {
        BodyView view = BodyView.of(whole(new byte[] {(byte) 0xff, 0, 1}), List.of(), LIMIT);

        assertThat(view.encoding()).isEqualTo("base64");
        assertThat(view.text()).isEqualTo("/wAB");
    }

    private static CapturedBody whole(byte[] bytes) {
        return new CapturedBody(bytes.length, bytes);
    }

    private static byte[] gzip(byte[] bytes, int times) throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (OutputStream out = new GZIPOutputStream(packed)) {
            for (int i = 0; i < times; i++) {
                out.write(bytes);
            }
        }
        return packed.toByteArray();
    }
}
