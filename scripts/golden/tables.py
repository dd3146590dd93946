"""Writes test/golden/data/tables/: one small table as parquet in every codec and encoding, as arrow in both file formats
and every compression, and a workbook as Excel shows it; and what a reader should find in them (tables.json)."""

import datetime
import decimal
import json

import pyarrow
import pyarrow.parquet
import xlsxwriter

from storage import GOLDEN, write_json

FOLDER = GOLDEN / "data" / "tables"
ROWS = 6
NAMES = ["财经", "体育"]


def table():
    every = range(ROWS)
    columns = {
        "title": [None if i == 2 else f"标题{i}, title" for i in every],
        "label": pyarrow.array([i % 2 for i in every], pyarrow.int64()),
        "big": pyarrow.array([2**60 + i for i in every], pyarrow.int64()),
        "score": [i / 4 for i in every],
        "wanted": [i % 2 == 0 for i in every],
        "when": pyarrow.array([datetime.datetime(2026, 11, 24, 12, 30, i) for i in every], pyarrow.timestamp("us")),
        "day": pyarrow.array([datetime.date(2026, 11, 20 + i) for i in every], pyarrow.date32()),
        "price": pyarrow.array([decimal.Decimal(f"{i - 1}.25") for i in every], pyarrow.decimal128(10, 2)),
        "kind": pyarrow.array([["a", "b"][i % 2] for i in every]).dictionary_encode(),
        "messages": [
            [{"role": "user", "content": f"q{i}"}, {"role": "assistant", "content": f"a{i}"}] for i in every
        ],
        "nested": [{"x": i, "y": ["p", None]} for i in every],
    }
    features = {"label": {"names": NAMES, "_type": "ClassLabel"}, "title": {"dtype": "string", "_type": "Value"}}
    metadata = {"huggingface": json.dumps({"info": {"features": features}})}
    return pyarrow.table(columns).replace_schema_metadata(metadata)


def expected(row, as_text):
    """as_text: arrow's decimals keep their digits, parquet's become numbers."""
    row = dict(row)
    row["label"] = NAMES[row["label"]]
    row["big"] = str(row["big"])
    when = row["when"]
    row["when"] = when.strftime("%Y-%m-%d %H:%M" + (":%S" if when.second else ""))
    row["day"] = row["day"].isoformat()
    row["price"] = str(row["price"]) if as_text else float(row["price"])
    return row


def write_parquet(data):
    for codec in ["none", "snappy", "gzip", "brotli", "zstd", "lz4"]:
        pyarrow.parquet.write_table(data, FOLDER / f"{codec}.parquet", compression=codec)
    pyarrow.parquet.write_table(data, FOLDER / "groups.parquet", row_group_size=2)
    encodings = {"label": "DELTA_BINARY_PACKED", "title": "DELTA_BYTE_ARRAY"}
    pyarrow.parquet.write_table(
        data, FOLDER / "v2.parquet", data_page_version="2.0", use_dictionary=False, column_encoding=encodings
    )


def write_arrow(data):
    for codec in [None, "lz4", "zstd"]:
        options = pyarrow.ipc.IpcWriteOptions(compression=codec)
        for kind, opened in [("file", pyarrow.ipc.new_file), ("stream", pyarrow.ipc.new_stream)]:
            path = str(FOLDER / f"{kind}-{codec or 'none'}.arrow")
            with pyarrow.OSFile(path, "wb") as sink, opened(sink, data.schema, options=options) as writer:
                writer.write_table(data, max_chunksize=4)
    large = pyarrow.table(
        {
            "title": pyarrow.array(["长" * 3, "b"], pyarrow.large_string()),
            "list": pyarrow.array([[1], [2, 3]], pyarrow.large_list(pyarrow.int32())),
            "view": pyarrow.array(["short", "longer than what a view holds itself"], pyarrow.string_view()),
            "map": pyarrow.array([[("k", 1)], []], pyarrow.map_(pyarrow.string(), pyarrow.int64())),
        }
    )
    with pyarrow.OSFile(str(FOLDER / "large.arrow"), "wb") as sink:
        with pyarrow.ipc.new_stream(sink, large.schema) as writer:
            writer.write_table(large)
    return [
        {"title": "长长长", "list": [1], "view": "short", "map": {"k": 1}},
        {"title": "b", "list": [2, 3], "view": "longer than what a view holds itself", "map": {}},
    ]


def write_long():
    """Repeats far back and more than one LZ4 block."""
    titles = [f"标题 {i} " + "的确是长长长长的文本 " * 40 for i in range(400)]
    data = pyarrow.table({"title": titles})
    options = pyarrow.ipc.IpcWriteOptions(compression="lz4")
    with pyarrow.OSFile(str(FOLDER / "long.arrow"), "wb") as sink:
        with pyarrow.ipc.new_stream(sink, data.schema, options=options) as writer:
            writer.write_table(data)


def write_workbook():
    book = xlsxwriter.Workbook(FOLDER / "book.xlsx")
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    chinese = book.add_format({"num_format": 'yyyy"年"m"月"d"日"'})
    moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
    clock = book.add_format({"num_format": "hh:mm"})
    sheet = book.add_worksheet("数据")
    sheet.write_row(0, 0, ["标题", "标签", "数", "长", "日", "日期", "时", "钟", "真", "式"])
    sheet.write_row(1, 0, ["第一行\n第二行", "体育", 0.1 + 0.2])
    sheet.write_string(1, 3, "007")
    sheet.write_datetime(1, 4, datetime.datetime(2026, 11, 24), day)
    sheet.write_datetime(1, 5, datetime.datetime(2026, 1, 2), chinese)
    sheet.write_datetime(1, 6, datetime.datetime(2026, 11, 24, 12, 30, 5), moment)
    sheet.write_datetime(1, 7, datetime.time(8, 5), clock)
    sheet.write_boolean(1, 8, True)
    sheet.write_formula(1, 9, "=1+2", None, 3)
    sheet.write_row(3, 0, [" 两边有空格 ", "财经", 12345678901234, 1.5, "", "", "", "", "", ""])
    sheet.write_formula(3, 9, '="a"&"b"', None, "ab")
    second = book.add_worksheet("second")
    second.write_row(0, 0, ["a", "", "a"])
    second.write_row(1, 0, [1, 2, 3])
    wrong = book.add_worksheet("wrong")
    wrong.write_row(0, 0, ["a", "b"])
    wrong.write_row(1, 0, ["x", "y"])
    wrong.write_formula(2, 0, "=1/0", None, "#DIV/0!")
    wrong.write_string(2, 1, "z")
    book.close()
    columns = ["标题", "标签", "数", "长", "日", "日期", "时", "钟", "真", "式"]
    first = ["第一行\n第二行", "体育", "0.3", "007", "2026-11-24", "2026-01-02", "2026-11-24 12:30:05", "08:05", "TRUE", "3"]
    fourth = [" 两边有空格 ", "财经", "12345678901234", "1.5", "", "", "", "", "", "ab"]
    return {
        "数据": [[2, dict(zip(columns, first))], [4, dict(zip(columns, fourth))]],
        "second": [[2, {"a": "1", "Unnamed: 1": "2", "a.1": "3"}]],
    }


FOLDER.mkdir(parents=True, exist_ok=True)
DATA = table()
write_parquet(DATA)
write_long()
LARGE = write_arrow(DATA)
BOOK = write_workbook()
write_json(
    FOLDER / "tables.json",
    {
        "parquet": [expected(row, False) for row in DATA.to_pylist()],
        "arrow": [expected(row, True) for row in DATA.to_pylist()],
        "large": LARGE,
        "book": BOOK,
    },
)
