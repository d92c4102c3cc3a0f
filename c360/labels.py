"""What codes are called in English and Chinese, for everything people read."""

ZH = {
    # steps of the funnel
    "launch": "启动",
    "product_view": "浏览商品",
    "cart_add": "加入购物车",
    "checkout_start": "提交订单",
    "order_paid": "支付",
    "login_wall": "登录拦截",
    "search": "搜索",
    "browse": "浏览",
    "none": "无",
    # why attempts to buy are lost
    "over_contact": "触达过频",
    "complicated_checkout": "结算复杂",
    "price": "价格",
    "service_complaint": "服务投诉",
    "slow_pages": "页面缓慢",
    "no_content": "没有内容",
    "time": "时机未到",
    # lifecycle
    "prospect": "潜在客户",
    "new": "新客",
    "active": "活跃",
    "at_risk": "流失预警",
    "dormant": "沉睡",
    "lost": "流失",
    # segments
    "champion": "冠军客户",
    "loyal": "忠诚客户",
    "potential_loyal": "潜力忠诚",
    "new_customer": "新购客户",
    "promising": "有望成长",
    "need_attention": "需要关注",
    "about_to_sleep": "即将沉睡",
    "cannot_lose": "不可流失",
    "hibernating": "休眠客户",
    # kinds of profiles
    "known": "已识别客户",
    "anonymous": "匿名访客",
    "shared_device": "共享设备",
    # channels and sources
    "mini_program": "小程序",
    "official_account": "公众号",
    "app": "应用",
    "web": "网站",
    "commerce": "交易",
    "store": "门店",
    "mp_subscribe": "订阅消息",
    "sms": "短信",
    "email": "邮件",
    "push": "推送",
    "wecom": "企业微信",
    # gates
    "raw": "原始数据",
    "identity": "身份识别",
    "publish": "发布",
    # work
    "ingestion": "数据接入",
    "dbt": "数据建模",
    "quality": "质量检查",
    "offers": "优惠决策",
    "upkeep": "维护",
}


def both(code: str) -> str:
    """`at_risk` → `at risk 流失预警`; a code without a Chinese name stays as it is."""
    words = code.replace("_", " ")
    return f"{words} {ZH[code]}" if code in ZH else words


def yuan(fen: float) -> str:
    """Fen as yuan: 123456 → `¥1,234.56`."""
    return f"¥{fen / 100:,.2f}"
