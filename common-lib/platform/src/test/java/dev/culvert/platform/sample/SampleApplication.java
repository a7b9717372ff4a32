package dev.culvert.platform.sample;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

/** A servlet service with nothing of its own, to see what the platform makes of it. */
@SpringBootApplication
public class SampleApplication {
    static void main(String[] arguments) {
        SpringApplication.run(SampleApplication.class, arguments);
    }
}
