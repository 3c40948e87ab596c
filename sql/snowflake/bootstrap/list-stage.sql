-- Whether the stage can be read: lists a folder that holds nothing.
LIST {{stage}};
