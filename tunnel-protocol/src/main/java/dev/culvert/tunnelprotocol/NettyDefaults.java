package dev.culvert.tunnelprotocol;

/**
 * What Netty does otherwise unless it is told on the command line. Both are read once, when the first of its classes is used.
 *
 * <p>Buffers come from the allocator of pools, which costs a small request less processor time than the adaptive one. And one
 * buffer of 16,384 is watched whether it is given back, not of 128: the stack of who allocated it is taken down each time. Under
 * load that is still several in a second, and tests watch all of them.
 */
public final class NettyDefaults {
    private NettyDefaults() {}

    /** To be called before anything of Netty is. */
    public static void set() {
        setUnlessGiven("io.netty.allocator.type", "pooled");
        setUnlessGiven("io.netty.leakDetection.samplingInterval", "16384");
    }

    private static void setUnlessGiven(String property, String value) {
        if (System.getProperty(property) == null) {
            System.setProperty(property, value);
        }
    }
}
