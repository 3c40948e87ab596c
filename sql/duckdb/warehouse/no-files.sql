-- The part of a cold view that gives it columns where no file does.
SELECT {{columns}} WHERE false
