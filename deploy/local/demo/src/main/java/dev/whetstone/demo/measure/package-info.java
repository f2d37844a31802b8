/** Compares the models before and after training and checks the result. */
@NullMarked
package dev.whetstone.demo.measure;

import org.jspecify.annotations.NullMarked;
