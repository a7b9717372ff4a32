package dev.culvert.benchmarks;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import tools.jackson.databind.JsonNode;

/** One large download and one large upload: speed beside the direct call, and how much each process grew meanwhile. */
final class BulkTransfer {
    private static final int MEGABYTE = 1 << 20;
    private static final int WARM_UP_MEGABYTES = 256;

    private BulkTransfer() {}

    static void run(Bench bench, int megabytes) throws Exception {
        byte[] block = new byte[64 * 1024];
        ThreadLocalRandom.current().nextBytes(block);
        bench.service().createContext("/down", exchange -> download(exchange, block));
        bench.service().createContext("/up", BulkTransfer::upload);

        transfer(bench, bench.tunnelled("/down?mb=" + WARM_UP_MEGABYTES), 0, WARM_UP_MEGABYTES, block);
        transfer(bench, bench.tunnelled("/up"), WARM_UP_MEGABYTES, 0, block);
        System.out.printf("warmed up with %d MB each way%n", WARM_UP_MEGABYTES);

        report(
                "download",
                megabytes,
                transfer(bench, bench.direct("/down?mb=" + megabytes), 0, megabytes, block),
                grown(bench, () -> transfer(bench, bench.tunnelled("/down?mb=" + megabytes), 0, megabytes, block)));
        report(
                "upload",
                megabytes,
                transfer(bench, bench.direct("/up"), megabytes, 0, block),
                grown(bench, () -> transfer(bench, bench.tunnelled("/up"), megabytes, 0, block)));
    }

    private interface Transfer {
        double seconds() throws Exception;
    }

    private record Measured(double seconds, Map<String, Long> growth) {}

    private static Measured grown(Bench bench, Transfer transfer) throws Exception {
        Map<String, Long> before = memory(bench);
        double seconds = transfer.seconds();
        Map<String, Long> growth = new LinkedHashMap<>();
        memory(bench).forEach((name, bytes) -> growth.put(name, bytes - before.getOrDefault(name, bytes)));
        return new Measured(seconds, growth);
    }

    private static Map<String, Long> memory(Bench bench) throws IOException, InterruptedException {
        Map<String, Long> resident = new LinkedHashMap<>();
        for (JsonNode process : bench.suite().status().get("processes")) {
            resident.put(process.get("name").asString(), process.get("rssBytes").asLong());
        }
        return resident;
    }

    private static void report(String what, int megabytes, double directSeconds, Measured tunnelled) {
        System.out.printf(
                "%s of %d MB: direct %.0f MB/s, through gateway and tunnel %.0f MB/s (%.2f of direct)%n",
                what,
                megabytes,
                megabytes / directSeconds,
                megabytes / tunnelled.seconds,
                directSeconds / tunnelled.seconds);
        tunnelled.growth.forEach((name, bytes) -> System.out.printf("  %-16s %+d MB%n", name, bytes / MEGABYTE));
    }

    /** Sends {@code upMegabytes} and reads {@code downMegabytes}; the seconds it took. */
    private static double transfer(
            Bench bench, HttpRequest.Builder request, int upMegabytes, int downMegabytes, byte[] block)
            throws IOException, InterruptedException {
        long start = System.nanoTime();
        if (upMegabytes > 0) {
            request.POST(HttpRequest.BodyPublishers.ofInputStream(
                            () -> new Blocks(block, (long) upMegabytes * MEGABYTE)))
                    .header("Content-Type", "application/octet-stream");
        }
        var answer = bench.http().send(request.build(), BodyHandlers.ofInputStream());
        long received = 0;
        try (InputStream body = answer.body()) {
            byte[] buffer = new byte[64 * 1024];
            for (int read = body.read(buffer); read >= 0; read = body.read(buffer)) {
                received += read;
            }
        }
        if (answer.statusCode() != 200 || received < (long) downMegabytes * MEGABYTE) {
            throw new IllegalStateException("Answer " + answer.statusCode() + " with " + received + " bytes");
        }
        return (System.nanoTime() - start) / 1e9;
    }

    private static void download(HttpExchange exchange, byte[] block) throws IOException {
        long left = Long.parseLong(exchange.getRequestURI().getQuery().substring("mb=".length())) * MEGABYTE;
        exchange.sendResponseHeaders(200, left);
        try (OutputStream body = exchange.getResponseBody()) {
            for (; left > 0; left -= block.length) {
                body.write(block, 0, (int) Math.min(left, block.length));
            }
        }
    }

    private static void upload(HttpExchange exchange) throws IOException {
        long received = exchange.getRequestBody().transferTo(OutputStream.nullOutputStream());
        byte[] answer = (received + " bytes\n").getBytes(java.nio.charset.StandardCharsets.US_ASCII);
        exchange.sendResponseHeaders(200, answer.length);
        exchange.getResponseBody().write(answer);
        exchange.close();
    }

    /** The same block over and over. */
    private static final class Blocks extends InputStream {
        private final byte[] block;
        private long left;

        Blocks(byte[] block, long length) {
            this.block = block;
            this.left = length;
        }

        @Override
        public int read() {
            return left-- > 0 ? block[0] & 0xff : -1;
        }

        @Override
        public int read(byte[] target, int offset, int length) {
            if (left <= 0) {
                return -1;
            }
            int count = (int) Math.min(Math.min(length, block.length), left);
            System.arraycopy(block, 0, target, offset, count);
            left -= count;
            return count;
        }
    }
}
