package dev.culvert.gateway.cache;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

/** What is kept under a key. The binary form, which instances of different releases share, begins with its version. */
sealed interface Stored {
    byte FORM = 1;

    /** Bytes it weighs in memory, about. */
    int weight();

    /**
     * A complete answer.
     *
     * @param bornMillis when it was made, as far as this cache knows: time of arrival less the age it came with
     * @param freshMillis how long after that it may be given without asking
     * @param staleMillis how long after that it may stand in for a service that fails
     */
    record Answer(Head head, byte[] body, long bornMillis, long freshMillis, long staleMillis) implements Stored {
        @Override
        public int weight() {
            return body.length + 100 * head.fields().size() + 200;
        }

        boolean isFresh(long nowMillis) {
            return nowMillis - bornMillis < freshMillis;
        }

        boolean mayStandIn(long nowMillis) {
            return nowMillis - bornMillis < freshMillis + staleMillis;
        }

        long ageSeconds(long nowMillis) {
            return Math.max(0, (nowMillis - bornMillis) / 1000);
        }

        long ttlSeconds(long nowMillis) {
            return Math.floorDiv(freshMillis - (nowMillis - bornMillis), 1000);
        }
    }

    /** The answer depends on these request headers, names in lower case. */
    record Varying(List<String> names) implements Stored {
        public Varying {
            names = List.copyOf(names);
        }

        @Override
        public int weight() {
            return 200;
        }
    }

    default byte[] toBytes() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(weight());
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeByte(FORM);
            switch (this) {
                case Varying varying -> {
                    out.writeByte('v');
                    out.writeInt(varying.names.size());
                    for (String name : varying.names) {
                        out.writeUTF(name);
                    }
                }
                case Answer answer -> {
                    out.writeByte('a');
                    out.writeLong(answer.bornMillis);
                    out.writeLong(answer.freshMillis);
                    out.writeLong(answer.staleMillis);
                    out.writeInt(answer.head.status());
                    out.writeInt(answer.head.fields().size());
                    for (Head.Field field : answer.head.fields()) {
                        out.writeUTF(field.name());
                        out.writeUTF(field.value());
                    }
                    out.writeInt(answer.body.length);
                    out.write(answer.body);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("Memory refused a write", e);
        }
        return bytes.toByteArray();
    }

    /** Reads what {@link #toBytes()} wrote; fails on anything else. */
    static Stored fromBytes(byte[] bytes) throws IOException {
        DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes));
        if (in.readByte() != FORM) {
            throw new IOException("Stored by another release");
        }
        if (in.readByte() == 'v') {
            List<String> names = new ArrayList<>();
            for (int left = in.readInt(); left > 0; left--) {
                names.add(in.readUTF());
            }
            return new Varying(names);
        }
        long born = in.readLong();
        long fresh = in.readLong();
        long stale = in.readLong();
        int status = in.readInt();
        List<Head.Field> fields = new ArrayList<>();
        for (int left = in.readInt(); left > 0; left--) {
            fields.add(new Head.Field(in.readUTF(), in.readUTF()));
        }
        byte[] body = new byte[in.readInt()];
        in.readFully(body);
        return new Answer(new Head(status, fields), body, born, fresh, stale);
    }
}
