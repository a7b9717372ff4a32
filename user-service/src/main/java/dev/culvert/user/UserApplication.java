package dev.culvert.user;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.scheduling.annotation.EnableScheduling;

/** The user service. */
@SpringBootApplication
@EnableScheduling
public class UserApplication {

    public static void main(String[] arguments) {
        SpringApplication.run(UserApplication.class, arguments);
    }
}
