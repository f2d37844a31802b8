/** The loop of the demo: its declaration and its progress. */
@NullMarked
package dev.whetstone.demo.loop;

import org.jspecify.annotations.NullMarked;
